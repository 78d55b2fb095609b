import { existsSync, rmSync } from 'node:fs';
import type Docker from 'dockerode';
import { ObsctlError } from '../../shared/errors.ts';
import { merged } from '../../shared/merged.ts';
import type { TelemetrySource } from '../../telemetry/telemetry-source.ts';
import { HostProcess } from '../host-process.ts';
import { readState, stackPaths } from '../local/state-file.ts';
import { sweepLeftovers } from '../local/sweep.ts';
import { fileLogs, logFileNames } from '../log-files.ts';
import type {
  BackendUrls,
  DownOptions,
  DownResult,
  Endpoints,
  GrafanaAccess,
  LogLine,
  LogOptions,
  Stack,
  StackStatus,
  UpOptions,
  UpResult,
} from '../stack.ts';
import { findCompose } from './compose-command.ts';
import { containerLogs } from './container-logs.ts';
import { containersOf, createEngine } from './engine.ts';
import { engineAddress } from './engine-address.ts';
import { probeEngine } from './engine-probe.ts';
import { readEnvironment } from './environment.ts';
import { composePaths } from './paths.ts';
import { removeContainersOf, removeVolumes } from './remove.ts';

export interface ComposeStackParts {
  /** Prometheus, Loki and Tempo, asked directly. */
  grafanaOver(backends: BackendUrls): Promise<TelemetrySource>;
  /** Path of the Docker Compose that `obsctl tools install compose` has brought; null where it has not. Needed for `up` only. */
  installedCompose?(): Promise<string | null>;
}

/** Those of our own processes that write a log beside the containers' logs. */
const OWN_LOGS = ['compose-host', 'guard'];

/** The stack as containers: Docker Compose makes them, a background process watches over them. */
export class ComposeStack implements Stack {
  readonly driver = 'compose';
  private readonly paths = stackPaths();
  private readonly files = composePaths(this.paths);
  private readonly host = new HostProcess(this.paths, {
    driver: 'compose',
    script: 'compose-host',
    // Images may have to be pulled first.
    startTimeout: 900,
    stopTimeout: 60,
  });

  constructor(private readonly parts: ComposeStackParts) {}

  async up(options: UpOptions, onChange: (status: StackStatus) => void): Promise<UpResult> {
    const there = await this.host.reuse(options);
    if (there) return there;
    const engine = await this.engine();
    const command = await findCompose(async () => (await this.parts.installedCompose?.()) ?? null);
    await this.sweep(engine);
    try {
      return await this.host.launch([options, command], options, onChange);
    } catch (error) {
      // It takes down what it had started, unless it was killed itself.
      await this.sweep(engine).catch(() => {});
      throw error;
    }
  }

  async down({ volumes = false }: DownOptions = {}): Promise<DownResult> {
    if (!this.host.living()) return { wasUp: false, leftovers: await this.clean(volumes) };
    const engine = await this.engine();
    const wasUp = await this.host.end();
    await this.sweep(engine);
    if (volumes) await this.forget(engine);
    return { wasUp, leftovers: [] };
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

  async endpoints(): Promise<Endpoints> {
    const { endpoints, components } = await this.host.assertUp();
    if (endpoints) return endpoints;
    const troubled = components.filter(({ state }) => state !== 'ready').map(({ name }) => name);
    throw new ObsctlError('STACK_BUSY', `Not all of the stack runs now: ${troubled.join(', ')}.`);
  }

  adminToken() {
    return this.host.adminToken();
  }

  async grafanaAccess(): Promise<GrafanaAccess | null> {
    const { grafana } = await this.endpoints();
    const { GRAFANA_PASSWORD: password = '' } = readEnvironment(this.files.env);
    return grafana === null ? null : { url: grafana, username: 'admin', password };
  }

  async telemetry(): Promise<TelemetrySource> {
    return this.parts.grafanaOver((await this.endpoints()).backends!);
  }

  async logNames(): Promise<string[]> {
    const containers = await containersOf(await this.engine());
    const own = logFileNames(this.paths.logs).filter((name) => OWN_LOGS.includes(name));
    return [...containers.map(({ instance }) => instance), ...own];
  }

  async *logs(options: LogOptions): AsyncIterable<LogLine> {
    const sources = await containerLogs(await this.engine(), options);
    const own = OWN_LOGS.filter((name) => options.component === undefined || name === options.component);
    const all = [...sources, ...own.map((component) => fileLogs(this.paths.logs, { ...options, component }))];
    if (options.follow) yield* merged(all);
    else for (const source of all) yield* source;
  }

  /** The engine of the stack that is there, or was lastly and is not gone; else the one that is to be used. Throws ENGINE_UNAVAILABLE. */
  private async engine(): Promise<Docker> {
    const address = readState(this.paths)?.engine ?? engineAddress();
    await probeEngine(address);
    return createEngine(address);
  }

  /**
   * What is left of a stack whose background process is gone: what it ran, its containers and their network. Nothing
   * where one lives: another command may be bringing a stack up at the same moment.
   */
  private async sweep(engine: Docker): Promise<string[]> {
    if (this.host.living()) return [];
    const processes = await sweepLeftovers(this.paths);
    return [...processes, ...(await removeContainersOf(engine, this.files.env))];
  }

  /** Nothing is up. Where there has never been a stack of containers, an engine that is not there is none's concern. */
  private async clean(volumes: boolean): Promise<string[]> {
    const isOurs = readState(this.paths)?.driver === 'compose';
    const wasHere = isOurs || existsSync(this.files.env);
    if (!wasHere && !volumes) return [];
    let engine: Docker;
    try {
      engine = await this.engine();
    } catch (error) {
      if (isOurs || (wasHere && volumes)) throw error;
      return [];
    }
    const left = await this.sweep(engine);
    return volumes ? [...left, ...(await this.forget(engine))] : left;
  }

  /** The data, and the secrets that open it. */
  private async forget(engine: Docker): Promise<string[]> {
    const removed = await removeVolumes(engine);
    rmSync(this.files.folder, { recursive: true, force: true });
    return removed;
  }
}
