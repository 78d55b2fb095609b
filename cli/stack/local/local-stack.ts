import type { AxiosInstance } from 'axios';
import type { TelemetrySource } from '../../telemetry/telemetry-source.ts';
import { HostProcess } from '../host-process.ts';
import { fileLogs, logFileNames } from '../log-files.ts';
import type {
  BackendUrls,
  DownResult,
  LogOptions,
  Stack,
  StackStatus,
  UpOptions,
  UpResult,
} from '../stack.ts';
import { stackPaths } from './state-file.ts';
import { sweepLeftovers } from './sweep.ts';
import { type Binary, type FoundBinaries, planTelemetry } from './telemetry-plan.ts';

export interface LocalStackParts {
  /** The embedded telemetry, behind the supervisor's socket. */
  telemetryOver(client: AxiosInstance): Promise<TelemetrySource>;
  /** Prometheus, Loki and Tempo, asked directly. */
  grafanaOver(backends: BackendUrls): Promise<TelemetrySource>;
  /** The real telemetry's binaries, where they are; nothing is installed. */
  binaries(): Promise<FoundBinaries>;
  /** Null where it is not there: network faults are refused then. */
  toxiproxy(): Promise<Binary | null>;
}

/** The stack without Docker: one background supervisor that owns every process, on loopback. */
export class LocalStack implements Stack {
  readonly driver = 'local';
  private readonly parts: LocalStackParts;
  private readonly paths = stackPaths();
  private readonly host = new HostProcess(this.paths, {
    driver: 'local',
    script: 'supervisor',
    startTimeout: 90,
    stopTimeout: 20,
  });

  constructor(parts: LocalStackParts) {
    this.parts = parts;
  }

  async up(options: UpOptions, onChange: (status: StackStatus) => void): Promise<UpResult> {
    const there = await this.host.reuse(options);
    if (there) return there;
    const plan = await planTelemetry(options.telemetry, this.parts.binaries);
    const toxiproxy = await this.parts.toxiproxy();
    await sweepLeftovers(this.paths);
    return this.host.launch([options, plan, toxiproxy], options, onChange);
  }

  async down(): Promise<DownResult> {
    const wasUp = await this.host.end();
    return { wasUp, leftovers: await sweepLeftovers(this.paths) };
  }

  status() {
    return this.host.status();
  }

  whyNone() {
    return this.host.whyNone();
  }

  replicas(service?: string) {
    return this.host.replicas(service);
  }

  guardSocket(options: { start: boolean }) {
    return this.host.guardSocket(options);
  }

  async endpoints() {
    return (await this.host.assertUp()).endpoints!;
  }

  adminToken() {
    return this.host.adminToken();
  }

  async grafanaAccess() {
    return null;
  }

  async telemetry(): Promise<TelemetrySource> {
    const { endpoints } = await this.host.assertUp();
    return endpoints?.backends
      ? this.parts.grafanaOver(endpoints.backends)
      : this.parts.telemetryOver(this.host.client(this.host.living()!));
  }

  async logNames() {
    return logFileNames(this.paths.logs);
  }

  logs(options: LogOptions) {
    return fileLogs(this.paths.logs, options);
  }
}
