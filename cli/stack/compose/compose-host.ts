import { chmodSync, rmSync } from 'node:fs';
import type Docker from 'dockerode';
import { monotonicSeconds, nowSeconds, sleep } from '../../shared/clock.ts';
import { messageOf, type ObsctlError } from '../../shared/errors.ts';
import { makeFolder } from '../../shared/folder.ts';
import { identify, type ProcessIdentity } from '../../shared/process-identity.ts';
import type { TelemetrySource } from '../../telemetry/telemetry-source.ts';
import { prepareEdges } from '../local/collector-edge.ts';
import { GuardKeeper } from '../local/guard-keeper.ts';
import { syntheticRoundTrip } from '../local/readiness.ts';
import {
  claimState,
  removeState,
  type StackPaths,
  type StackState,
  writeState,
} from '../local/state-file.ts';
import type { BackendUrls, StackStatus, UpOptions } from '../stack.ts';
import type { ComposeCommand } from './compose-command.ts';
import type { ComposeConfig } from './compose-config.ts';
import { ComposeProject } from './compose-project.ts';
import { engineAddress } from './engine-address.ts';
import { watchEngine } from './engine-events.ts';
import { DEFAULT_REPLICAS, type Environment, prepareEnvironment } from './environment.ts';
import { composeFailure, containerFailure, failedContainers } from './failed-start.ts';
import { fetchImages, missingImages } from './images.ts';
import { assertNoneOfOthers, assertPortsFree, assertVolumesFit, volumesOf } from './in-the-way.ts';
import { inTime } from './in-time.ts';
import { IncidentLog } from './incident-log.ts';
import { type ComposePaths, composePaths } from './paths.ts';
import { removeContainersOf, removeVolumes } from './remove.ts';
import { StackView } from './stack-view.ts';
import { writeTargets } from './targets.ts';

/** Longest wait from the first container to the last one that is ready, seconds; images are there by then. */
const START_TIMEOUT = 120;
const ROUND_TRIP_TIMEOUT = 30;
const LOOK_EVERY = 0.3;
/** Longest wait for the engine before its silence is told, milliseconds. */
const LOOK_PATIENCE_MS = 5000;

export interface ComposeHostParts {
  paths: StackPaths;
  command: ComposeCommand;
  engine: Docker;
  sourceOver(backends: BackendUrls): TelemetrySource;
  /** Called at each change of the status. */
  onChange(status: StackStatus): void;
}

/** Owns one stack of containers: brings it up, watches over it, takes it down. The containers live on without it. */
export class ComposeHost {
  private readonly files: ComposePaths;
  private readonly view: StackView;
  private readonly incidents: IncidentLog;
  private readonly startedAt = nowSeconds();
  /** Aborted when the stack is to end. */
  private readonly life = new AbortController();
  private state: StackStatus['state'] = 'starting';
  private error: string | null = null;
  private claimed = false;
  private wasReady = false;
  private adminToken = '';
  private composing: ProcessIdentity[] = [];
  private guard: GuardKeeper | undefined;
  /** What this start made: gone again where the stack does not get ready. */
  private made: { volumesBefore: string[]; secrets: Environment } | undefined;
  private ending: Promise<void> | undefined;

  constructor(
    private readonly options: UpOptions,
    private readonly parts: ComposeHostParts,
  ) {
    this.files = composePaths(parts.paths);
    this.view = new StackView(parts.engine);
    this.incidents = new IncidentLog({
      mayEnd: (service) => this.life.signal.aborted || this.view.isJob(service),
      limitOf: (instance) => this.view.limitOf(instance),
      onIncident: () => this.changed(),
    });
  }

  /** False when another process has the state file. */
  claim(): boolean {
    this.claimed = claimState(this.parts.paths, this.stateFile());
    return this.claimed;
  }

  /**
   * Brings everything up and returns the secrets that it had to make. On any failure what had started is removed, with
   * the volumes that it made, then the first error is thrown again.
   */
  async up(): Promise<Environment> {
    try {
      await this.start();
      this.guard = new GuardKeeper(this.parts.paths);
      this.wasReady = true;
      this.setState('ready');
      return this.made?.secrets ?? {};
    } catch (error) {
      this.error = messageOf(error);
      this.setState('failed');
      // The first error is the one to tell; what cannot be removed now, the next command finds.
      await this.down().catch(() => {});
      throw composeFailure(error);
    }
  }

  /** The socket of the lease guard, started where none lives. */
  async guardSocket(): Promise<string> {
    if (!this.guard) throw new Error('the stack is not up');
    return this.guard.ensure();
  }

  /** Removes the containers and the network, and what a failed start had made besides. */
  down(): Promise<void> {
    this.ending ??= this.endAll();
    return this.ending;
  }

  /** Looks at the containers first. */
  async lookAndTell(): Promise<StackStatus> {
    try {
      await inTime(this.view.look(), LOOK_PATIENCE_MS);
    } catch (error) {
      return {
        ...this.status(),
        components: [],
        error: `The containers cannot be looked at: ${messageOf(error)}`,
      };
    }
    return this.status();
  }

  private status(): StackStatus {
    const { view } = this;
    return {
      driver: 'compose',
      profile: this.options.profile ?? 'minimal',
      state: this.state,
      startedAt: this.startedAt,
      components: view.components,
      replicas: view.replicas,
      endpoints: view.endpoints,
      cache: 'redis',
      retryBudget: this.options.retryBudget ?? null,
      telemetry: 'grafana',
      versions: view.versions,
      incidents: this.incidents.incidents,
      error: this.error,
    };
  }

  private async start(): Promise<void> {
    const { engine, command } = this.parts;
    await assertNoneOfOthers(engine, this.files.env);
    await assertVolumesFit(engine);
    const volumesBefore = (await volumesOf(engine)).map(({ Name }) => Name);
    const { values, made } = prepareEnvironment(this.options, this.files);
    this.made = { volumesBefore, secrets: made };
    this.adminToken = values.ADMIN_TOKEN!;
    this.saveState();
    const project = new ComposeProject({
      command,
      envFile: this.files.env,
      values,
      signal: this.life.signal,
      onProcesses: (running) => this.setComposing(running),
    });
    const config = await project.config();
    this.view.expect(config);
    await assertPortsFree(config);
    this.writeFolders();
    await this.fetchImages(project, config);
    void watchEngine(engine, this.life.signal, (event) => this.incidents.hear(event));
    await this.startContainers(project);
    await this.roundTrip();
  }

  private get replicas(): number {
    return this.options.replicas ?? DEFAULT_REPLICAS;
  }

  /** The folders that containers read; their users are others than ours. */
  private writeFolders(): void {
    writeTargets(this.files.targets, this.replicas, this.options.profile ?? 'minimal');
    makeFolder(this.files.collector);
    chmodSync(this.files.collector, 0o755);
    prepareEdges(this.files.collector, 0o644);
  }

  private async fetchImages(project: ComposeProject, config: ComposeConfig): Promise<void> {
    const missing = await missingImages(this.parts.engine, config);
    for (const { image, services, builder } of missing)
      this.view.waitsFor(services, builder === null ? `pulling ${image}` : `building ${image}`);
    if (missing.length > 0) this.changed();
    await fetchImages(missing, project, ({ services }) => {
      this.view.waitsFor(services, '');
      this.changed();
    });
  }

  /** Until every container is ready, or one of them will not be. */
  private async startContainers(project: ComposeProject): Promise<void> {
    let created = false;
    let failure: { error: unknown } | undefined;
    project.up(this.replicas).then(
      () => (created = true),
      (error) => (failure = { error }),
    );
    const deadline = monotonicSeconds() + START_TIMEOUT;
    for (;;) {
      await this.view.look();
      this.changed();
      const failed = failedContainers(this.view.containers);
      if (failed.length > 0) throw await this.failureOf(failed);
      if (failure) throw failure.error;
      const { notReady } = this.view;
      if (created && notReady.length === 0) return;
      if (monotonicSeconds() > deadline)
        throw new Error(`not ready within ${START_TIMEOUT} s: ${notReady.join(', ')}`);
      await sleep(LOOK_EVERY, this.life.signal);
    }
  }

  private failureOf(failed: Parameters<typeof containerFailure>[0]): Promise<ObsctlError> {
    return containerFailure(failed, {
      engine: this.parts.engine,
      ranOutOfMemory: (id) => this.incidents.ranOutOfMemory(id),
    });
  }

  private async roundTrip(): Promise<void> {
    const { endpoints } = this.view;
    if (!endpoints?.backends) throw new Error('docker-compose.yml does not publish what obsctl needs');
    const source = this.parts.sourceOver(endpoints.backends);
    const missing = await syntheticRoundTrip(endpoints.baseUrl, source, ROUND_TRIP_TIMEOUT);
    if (missing.length > 0)
      throw new Error(`the readiness round-trip did not bring back: ${missing.join(', ')}`);
  }

  private async endAll(): Promise<void> {
    const { engine, paths } = this.parts;
    this.setState('stopping');
    this.life.abort(new Error('the stack was ended while it started'));
    await this.guard?.end();
    await removeContainersOf(engine, this.files.env);
    if (!this.wasReady && this.made) await this.forget(this.made);
    if (this.claimed) removeState(paths);
  }

  /** A volume that was half filled, and secrets that nobody was told, are of no use to the next start. */
  private async forget({ volumesBefore, secrets }: { volumesBefore: string[]; secrets: Environment }) {
    await removeVolumes(this.parts.engine, volumesBefore);
    if (Object.keys(secrets).length > 0) rmSync(this.files.folder, { recursive: true, force: true });
  }

  private setState(state: StackStatus['state']): void {
    this.state = state;
    this.changed();
  }

  private setComposing(running: ProcessIdentity[]): void {
    this.composing = running;
    this.saveState();
  }

  private changed(): void {
    this.parts.onChange(this.status());
  }

  private saveState(): void {
    if (this.claimed && this.state !== 'stopping') writeState(this.parts.paths, this.stateFile());
  }

  private stateFile(): StackState {
    return {
      schemaVersion: 1,
      driver: 'compose',
      supervisor: identify(process.pid)!,
      socket: this.parts.paths.socket,
      adminToken: this.adminToken,
      engine: engineAddress(),
      temporary: null,
      processes: this.composing.map((identity) => ({ name: 'docker compose', ...identity })),
    };
  }
}
