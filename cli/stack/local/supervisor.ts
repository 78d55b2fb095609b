import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import type { Incident } from '../../../reports/record/evidence.ts';
import { nowSeconds } from '../../shared/clock.ts';
import { messageOf, ObsctlError } from '../../shared/errors.ts';
import { makeFolder } from '../../shared/folder.ts';
import type { StackStatus, UpOptions } from '../stack.ts';
import { GuardKeeper } from './guard-keeper.ts';
import { type Layout, planLayout, portsNeeded } from './layout.ts';
import { assertPortFree, freePorts } from './ports.ts';
import { type Postgres, preparePostgres } from './postgres.ts';
import { identify, isAlive } from './process-identity.ts';
import { syntheticRoundTrip } from './readiness.ts';
import { type Reaper, startReaper } from './reaper.ts';
import { prepareRedis, type Redis } from './redis.ts';
import { type ResidentTelemetry, residentComponent } from './resident-telemetry.ts';
import { claimState, removeState, type StackPaths, type StackState, writeState } from './state-file.ts';
import { type ChildSpec, SupervisedChild } from './supervised-child.ts';

export interface SupervisorParts {
  paths: StackPaths;
  startTelemetry(options: { file: string }): Promise<ResidentTelemetry>;
  /** Called at each change of the status. */
  onChange(status: StackStatus): void;
}

const DEFAULT_REPLICAS = 2;

/** Owns every process of one local stack, and takes all of them with it. */
export class Supervisor {
  private readonly options: UpOptions;
  private readonly parts: SupervisorParts;
  private readonly adminToken = randomBytes(24).toString('base64url');
  private readonly startedAt = nowSeconds();
  private readonly children: SupervisedChild[] = [];
  private readonly incidents: Incident[] = [];
  private reaper: Reaper | undefined;
  private guard: GuardKeeper | undefined;
  private temporary: string | null = null;
  private telemetry: ResidentTelemetry | undefined;
  private layout: Layout | undefined;
  private redis: Redis = null;
  private postgres: Postgres | undefined;
  private state: StackStatus['state'] = 'starting';
  private error: string | null = null;
  private claimed = false;
  private ending: Promise<void> | undefined;

  constructor(options: UpOptions, parts: SupervisorParts) {
    this.options = options;
    this.parts = parts;
  }

  /** False when another supervisor has the state file. */
  claim(): boolean {
    this.claimed = claimState(this.parts.paths, this.stateFile());
    return this.claimed;
  }

  /** Brings everything up; on any failure what had started is stopped, then the first error is thrown again. */
  async up(): Promise<void> {
    try {
      this.reaper = startReaper();
      await this.startAll();
      this.guard = new GuardKeeper(this.parts.paths);
      this.setState('ready');
    } catch (error) {
      this.error = messageOf(error);
      this.setState('failed');
      await this.down();
      throw error instanceof ObsctlError
        ? error
        : new ObsctlError('STACK_FAILED', messageOf(error), { cause: error });
    }
  }

  /** The socket of the lease guard, started where none lives. */
  async guardSocket(): Promise<string> {
    if (!this.guard) throw new Error('the stack is not up');
    return this.guard.ensure();
  }

  /** The child of that name; undefined where there is none. */
  child(name: string): SupervisedChild | undefined {
    return this.children.find(({ spec }) => spec.name === name);
  }

  registerTelemetry(app: FastifyInstance): void {
    this.telemetry?.routes(app);
  }

  /** Stops every child, gateway first and databases last, and removes what is temporary. */
  down(): Promise<void> {
    this.ending ??= this.endAll();
    return this.ending;
  }

  status(): StackStatus {
    const { telemetry, layout, redis, postgres } = this;
    return {
      driver: 'local',
      state: this.state,
      startedAt: this.startedAt,
      components: [
        ...this.children.map((child) => child.component),
        ...(telemetry ? [residentComponent(telemetry)] : []),
      ],
      replicas: layout?.replicas ?? [],
      endpoints:
        layout && telemetry
          ? { baseUrl: layout.baseUrl, docsUrl: `${layout.baseUrl}/docs/`, otlpUrl: telemetry.otlpUrl }
          : null,
      cache: redis ? 'redis' : 'in-process',
      telemetry: telemetry?.detail ?? 'embedded',
      versions: {
        ...(postgres ? { postgresql: postgres.version } : {}),
        ...(redis ? { redis: redis.version } : {}),
      },
      incidents: this.incidents,
      error: this.error,
    };
  }

  private async startAll(): Promise<void> {
    makeFolder(this.parts.paths.logs, 0o700);
    if (this.options.port !== undefined) await assertPortFree(this.options.port);
    this.temporary = mkdtempSync(join(tmpdir(), 'obsctl-stack-'));
    // PostgreSQL's own user must be able to pass through; the folders inside are closed.
    chmodSync(this.temporary, 0o711);
    this.reaper?.remove(this.temporary);
    this.saveState();
    const apiReplicas = this.options.replicas ?? DEFAULT_REPLICAS;
    const [postgresPort, redisPort, gatewayPort, ...ports] = await freePorts(portsNeeded(apiReplicas) + 3);
    await this.startBackends(postgresPort!, redisPort!);
    this.layout = planLayout({
      temporary: this.temporary,
      logs: this.parts.paths.logs,
      otlpUrl: this.telemetry!.otlpUrl,
      adminToken: this.adminToken,
      databaseUrl: this.postgres!.url,
      redisUrl: this.redis?.url ?? null,
      apiReplicas,
      retryBudget: this.options.retryBudget,
      ports,
      gatewayPort: this.options.port ?? gatewayPort!,
    });
    await this.startService(this.layout);
  }

  private async startBackends(postgresPort: number, redisPort: number): Promise<void> {
    const log = (name: string) => join(this.parts.paths.logs, `${name}.log`);
    const file = join(this.temporary!, 'telemetry.duckdb');
    [this.telemetry, this.postgres, this.redis] = await Promise.all([
      this.parts.startTelemetry({ file }),
      preparePostgres(this.temporary!, postgresPort, log('postgresql')),
      prepareRedis(this.temporary!, redisPort, log('redis')),
    ]);
    const specs = [this.postgres.spec, this.redis?.spec].filter((spec) => spec != null);
    await Promise.all(specs.map((spec) => this.startChild(spec)));
  }

  private async startService(layout: Layout): Promise<void> {
    await Promise.all(layout.specs.map((spec) => this.startChild(spec)));
    await this.startChild(layout.gateway);
    this.telemetry!.setTargets(
      layout.replicas.map(({ service, instance, url }) => ({ service, instance, url: `${url}/metrics` })),
    );
    const missing = await syntheticRoundTrip(layout.baseUrl, this.telemetry!.source);
    if (missing.length > 0)
      throw new Error(`the readiness round-trip did not bring back: ${missing.join(', ')}`);
  }

  private startChild(spec: ChildSpec): Promise<void> {
    // Whoever ends the stack looks at the children there are: none may come after.
    if (this.ending) throw new Error('the stack was ended while it started');
    const child = new SupervisedChild(spec, {
      onChange: () => this.changed(),
      onSpawn: (pid) => this.reaper?.watch(pid),
      onGone: (pid) => this.reaper?.forget(pid),
      onUnplannedExit: (gone, how) => this.note(gone, 'exit', `ended unplanned with ${how}`),
      onGaveUp: (gone) => this.note(gone, 'gave-up', `restarted ${gone.restarts} times, given up`),
    });
    this.children.push(child);
    return child.start();
  }

  private note(child: SupervisedChild, kind: Incident['kind'], detail: string): void {
    const { name, service } = child.spec;
    this.incidents.push({ time: nowSeconds(), service: service ?? name, instance: name, kind, detail });
    this.changed();
  }

  /** Everything but the databases first: they would only log that their database went away. */
  private async endAll(): Promise<void> {
    this.setState('stopping');
    await this.guard?.end();
    const [backends, others] = [true, false].map((wanted) =>
      this.children.filter(
        (child) => (child.spec.service === null && child.spec.name !== 'gateway') === wanted,
      ),
    );
    await Promise.all(others!.map((child) => child.stop()));
    await Promise.all(backends!.map((child) => child.stop()));
    await this.telemetry?.close().catch(() => {});
    if (this.temporary) rmSync(this.temporary, { recursive: true, force: true });
    await this.reaper?.done();
    if (this.claimed) removeState(this.parts.paths);
  }

  private setState(state: StackStatus['state']): void {
    this.state = state;
    this.changed();
  }

  private changed(): void {
    if (this.claimed && this.state !== 'stopping') this.saveState();
    this.parts.onChange(this.status());
  }

  private saveState(): void {
    if (this.claimed) writeState(this.parts.paths, this.stateFile());
  }

  private stateFile(): StackState {
    const reaper = this.reaper?.identity;
    const running = this.children.map((child) => child.running).filter((child) => child !== undefined);
    return {
      schemaVersion: 1,
      supervisor: identify(process.pid)!,
      socket: this.parts.paths.socket,
      adminToken: this.adminToken,
      temporary: this.temporary,
      processes: [...running, ...(reaper && isAlive(reaper) ? [{ name: 'reaper', ...reaper }] : [])],
    };
  }
}
