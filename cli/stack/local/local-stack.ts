import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, openSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import axios, { type AxiosInstance } from 'axios';
import { type ErrorCode, ObsctlError } from '../../shared/errors.ts';
import { makeFolder } from '../../shared/folder.ts';
import { packageRoot } from '../../shared/package-root.ts';
import { endProcess, isAlive } from '../../shared/process-identity.ts';
import { pollUntil } from '../../shared/retry.ts';
import type { TelemetrySource } from '../../telemetry/telemetry-source.ts';
import type { BackendUrls, DownResult, Stack, StackStatus, UpOptions, UpResult } from '../stack.ts';
import { isGuardMissing, livingGuard } from './guard-files.ts';
import { readState, type StackPaths, type StackState, stackPaths } from './state-file.ts';
import { sweepLeftovers } from './sweep.ts';
import { type Binary, type FoundBinaries, planTelemetry, type TelemetryPlan } from './telemetry-plan.ts';

/** Longest wait for a stack that another command is starting, and for one that is stopping, seconds. */
const START_TIMEOUT = 90;
const STOP_TIMEOUT = 20;

type FromSupervisor =
  | { type: 'status'; status: StackStatus }
  | { type: 'ready'; status: StackStatus }
  | { type: 'taken' }
  | { type: 'failed'; code: ErrorCode; message: string; details: string[] };

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
  private readonly paths: StackPaths = stackPaths();

  constructor(parts: LocalStackParts) {
    this.parts = parts;
  }

  async up(options: UpOptions, onChange: (status: StackStatus) => void): Promise<UpResult> {
    const running = await this.status();
    if (running) return { status: this.assertCompatible(running, options), reused: true };
    if (this.livingState()) return this.reuse(options);
    const plan = await planTelemetry(options.telemetry, this.parts.binaries);
    const toxiproxy = await this.parts.toxiproxy();
    await sweepLeftovers(this.paths);
    const status = await this.launch([options, plan, toxiproxy], onChange);
    return status === 'taken' ? this.reuse(options) : { status, reused: false };
  }

  async down(): Promise<DownResult> {
    const state = this.livingState();
    if (!state) return { wasUp: false, leftovers: await sweepLeftovers(this.paths) };
    await this.client(state)
      .post('/down', {})
      .catch(() => endProcess(state.supervisor, 'SIGTERM', STOP_TIMEOUT));
    const gone = await pollUntil(async () => (isAlive(state.supervisor) ? undefined : true), {
      timeout: STOP_TIMEOUT,
    });
    if (!gone) await endProcess(state.supervisor, 'SIGKILL', 1);
    return { wasUp: true, leftovers: await sweepLeftovers(this.paths) };
  }

  async status(): Promise<StackStatus | null> {
    const state = this.livingState();
    if (!state) return null;
    try {
      return (await this.client(state).get<StackStatus>('/status')).data;
    } catch {
      return null;
    }
  }

  async replicas(service?: string) {
    const { replicas, components } = await this.assertUp();
    const running = new Set(components.filter(({ state }) => state === 'ready').map(({ name }) => name));
    return replicas.filter(
      (replica) => running.has(replica.instance) && (service === undefined || replica.service === service),
    );
  }

  /** The lease guard's socket; null where none lives and no lease can be open, unless one is to be started. */
  async guardSocket({ start }: { start: boolean }): Promise<string | null> {
    const { guard } = this.paths;
    if (livingGuard(guard) && existsSync(guard.socket)) return guard.socket;
    const state = this.livingState();
    if (!start && !(state && (livingGuard(guard) || isGuardMissing(guard)))) return null;
    await this.assertUp();
    return (await this.client(this.livingState()!).post<{ socket: string }>('/guard', {})).data.socket;
  }

  async endpoints() {
    return (await this.assertUp()).endpoints!;
  }

  async adminToken(): Promise<string> {
    await this.assertUp();
    return this.livingState()!.adminToken;
  }

  async telemetry(): Promise<TelemetrySource> {
    const { endpoints } = await this.assertUp();
    return endpoints?.backends
      ? this.parts.grafanaOver(endpoints.backends)
      : this.parts.telemetryOver(this.client(this.livingState()!));
  }

  async logFiles(): Promise<Record<string, string>> {
    if (!existsSync(this.paths.logs)) return {};
    const files = readdirSync(this.paths.logs).filter((file) => file.endsWith('.log'));
    return Object.fromEntries(
      files.sort().map((file) => [file.replace(/\.log$/, ''), join(this.paths.logs, file)]),
    );
  }

  private livingState(): StackState | undefined {
    const state = readState(this.paths);
    return state && isAlive(state.supervisor) ? state : undefined;
  }

  private client(state: StackState): AxiosInstance {
    return axios.create({
      socketPath: state.socket,
      baseURL: 'http://supervisor',
      timeout: 120_000,
      proxy: false,
    });
  }

  private async assertUp(): Promise<StackStatus> {
    const status = await this.status();
    if (!status) throw new ObsctlError('STACK_DOWN', 'No stack is up.');
    if (status.state !== 'ready') throw new ObsctlError('STACK_BUSY', `The stack is ${status.state}.`);
    return status;
  }

  private assertCompatible(status: StackStatus, options: UpOptions): StackStatus {
    const apis = status.replicas.filter(({ service }) => service === 'api').length;
    const differences = [
      options.replicas !== undefined &&
        options.replicas !== apis &&
        `it has ${apis} api replicas, not ${options.replicas}`,
      options.port !== undefined &&
        !status.endpoints?.baseUrl.endsWith(`:${options.port}`) &&
        `its gateway is ${status.endpoints?.baseUrl}`,
      options.telemetry !== undefined &&
        options.telemetry !== status.telemetry &&
        `its telemetry is ${status.telemetry}, not ${options.telemetry}`,
      options.retryBudget !== undefined && 'a retry budget can only be set when it starts',
    ].filter((difference) => difference !== false);
    if (differences.length === 0) return status;
    throw new ObsctlError('STACK_BUSY', 'A stack is up already, and not as asked for.', {
      details: differences,
    });
  }

  /** The stack that another command is starting now. */
  private async reuse(options: UpOptions): Promise<UpResult> {
    return { status: this.assertCompatible(await this.waitForOther(), options), reused: true };
  }

  private async waitForOther(): Promise<StackStatus> {
    const status = await pollUntil(
      async () => (await this.status()) ?? (this.livingState() ? undefined : null),
      {
        timeout: START_TIMEOUT,
      },
    );
    if (status) return status;
    throw new ObsctlError('STACK_BUSY', 'Another command was starting a stack, and it did not come up.');
  }

  private launch(
    parts: [UpOptions, TelemetryPlan, Binary | null],
    onChange: (status: StackStatus) => void,
  ): Promise<StackStatus | 'taken'> {
    makeFolder(this.paths.logs, 0o700);
    const log = openSync(join(this.paths.logs, 'supervisor.log'), 'w', 0o600);
    const script = fileURLToPath(new URL('dist/cli/supervisor.js', packageRoot()));
    const asked = parts.map((value) => JSON.stringify(value));
    const child = spawn(process.execPath, ['--enable-source-maps', script, ...asked], {
      detached: true,
      stdio: ['ignore', log, log, 'ipc'],
    });
    return this.follow(child, onChange).finally(() => {
      if (child.connected) child.disconnect();
      child.unref();
    });
  }

  private follow(
    child: ChildProcess,
    onChange: (status: StackStatus) => void,
  ): Promise<StackStatus | 'taken'> {
    return new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code, signal) =>
        reject(
          new ObsctlError(
            'STACK_FAILED',
            `The supervisor ended with ${signal ?? `exit code ${code}`} while it started.`,
            {
              details: [`its log: ${join(this.paths.logs, 'supervisor.log')}`],
            },
          ),
        ),
      );
      child.on('message', (message: FromSupervisor) => {
        if (message.type === 'status') onChange(message.status);
        else if (message.type === 'ready') resolve(message.status);
        else if (message.type === 'taken') resolve('taken');
        else reject(new ObsctlError(message.code, message.message, { details: message.details }));
      });
    });
  }
}
