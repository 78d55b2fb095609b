import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import type { Incident } from '../../../reports/record/evidence.ts';
import { nowSeconds } from '../../shared/clock.ts';
import { messageOf, ObsctlError } from '../../shared/errors.ts';
import { makeFolder } from '../../shared/folder.ts';
import { identify, isAlive } from '../../shared/process-identity.ts';
import type { Endpoints, StackStatus, TelemetryKind, UpOptions } from '../stack.ts';
import { GuardKeeper } from './guard-keeper.ts';
import { type Layout, planLayout, portsNeeded } from './layout.ts';
import { assertPortFree, freePorts } from './ports.ts';
import { type Postgres, preparePostgres } from './postgres.ts';
import { syntheticRoundTrip } from './readiness.ts';
import { type Reaper, startReaper } from './reaper.ts';
import { prepareRedis, type Redis } from './redis.ts';
import type { StackTelemetry, TelemetryPlace } from './stack-telemetry.ts';
import { claimState, removeState, type StackPaths, type StackState, writeState } from './state-file.ts';
import { type ChildSpec, type Layer, SupervisedChild } from './supervised-child.ts';
import type { Binary } from './telemetry-plan.ts';
import { PROXY_PORTS, planToxiproxy, type ToxiproxyPlan } from './toxiproxy.ts';

export interface SupervisorParts {
  paths: StackPaths;
  telemetry: {
    kind: TelemetryKind;
    /** How many ports it needs. */
    ports: number;
    start(place: TelemetryPlace): Promise<StackTelemetry>;
  };
  /** Null: nothing stands between api and what it talks to. */
  toxiproxy: Binary | null;
  /** Called at each change of the status. */
  onChange(status: StackStatus): void;
}

const DEFAULT_REPLICAS = 2;

/**
 * What is ended after what: databases after those who would log that they went away, the stores of telemetry after the
 * collector, which sends them what it still has.
 */
const STOP_ORDER: Layer[][] = [['service'], ['database', 'collector'], ['store']];

const endpointsOf = ({ baseUrl }: Layout, { otlpUrl, backends }: StackTelemetry): Endpoints => ({
  baseUrl,
  docsUrl: `${baseUrl}/docs/`,
  otlpUrl,
  backends,
  grafana: null,
});

/** Also where a program that is just ending still writes there, for half a second at most. */
const removeFolder = (path: string): void =>
  rmSync(path, { recursive: true, force: true, maxRetries: 4, retryDelay: 50 });

/** Owns every process of one local stack, and takes all of them with it. */
export class Supervisor {
  private readonly options: UpOptions;
  private readonly parts: SupervisorParts;
  private readonly adminToken = randomBytes(24).toString('base64url');
  private readonly startedAt = nowSeconds();
  private readonly children: SupervisedChild[] = [];
  private readonly incidents: Incident[] = [];
  /** What is prepared before a child can start is no child: it is ended by this. */
  private readonly preparing = new AbortController();
  private reaper: Reaper | undefined;
  private guard: GuardKeeper | undefined;
  private temporary: string | null = null;
  private telemetry: StackTelemetry | undefined;
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
      // The first error is the one to tell; what cannot be removed now, the next command finds.
      await this.down().catch(() => {});
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

  /** Stops every child in STOP_ORDER, and removes what is temporary. */
  down(): Promise<void> {
    this.ending ??= this.endAll();
    return this.ending;
  }

  status(): StackStatus {
    const { telemetry, layout, redis, postgres } = this;
    return {
      driver: 'local',
      profile: null,
      state: this.state,
      startedAt: this.startedAt,
      components: [...this.children.map((child) => child.component), ...(telemetry?.components ?? [])],
      replicas: layout?.replicas ?? [],
      endpoints: layout && telemetry ? endpointsOf(layout, telemetry) : null,
      cache: redis ? 'redis' : 'in-process',
      retryBudget: this.options.retryBudget ?? null,
      telemetry: this.parts.telemetry.kind,
      versions: {
        ...(postgres ? { postgresql: postgres.version } : {}),
        ...(redis ? { redis: redis.version } : {}),
        ...(this.parts.toxiproxy ? { toxiproxy: this.parts.toxiproxy.version } : {}),
        ...telemetry?.versions,
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
    const needed = portsNeeded(apiReplicas);
    const free = await freePorts(needed + this.parts.telemetry.ports + PROXY_PORTS + 3);
    const [postgresPort, redisPort, gatewayPort] = free.splice(0, 3);
    const ports = free.splice(0, needed);
    const proxy = this.proxyOn(free.splice(0, PROXY_PORTS));
    await Promise.all([
      this.startTelemetry(free),
      this.startPostgres(postgresPort!),
      this.startRedis(redisPort!),
    ]);
    this.layout = planLayout({
      temporary: this.temporary,
      logs: this.parts.paths.logs,
      otlpUrl: this.telemetry!.otlpUrl,
      keepsOtlpMetrics: this.telemetry!.kind === 'grafana',
      adminToken: this.adminToken,
      databaseUrl: this.postgres!.url,
      redisUrl: this.redis?.url ?? null,
      forApi: proxy?.proxied,
      apiReplicas,
      retryBudget: this.options.retryBudget ?? undefined,
      ports,
      gatewayPort: this.options.port ?? gatewayPort!,
    });
    if (proxy) await this.startChild(proxy.specFor(this.layout.addresses));
    await this.startService(this.layout);
  }

  private proxyOn(ports: number[]): ToxiproxyPlan | null {
    const path = this.parts.toxiproxy?.path;
    return path
      ? planToxiproxy({ path, ports, temporary: this.temporary!, logs: this.parts.paths.logs })
      : null;
  }

  private async startTelemetry(ports: number[]): Promise<void> {
    const { paths, telemetry } = this.parts;
    this.telemetry = await telemetry.start({ temporary: this.temporary!, logs: paths.logs, ports });
    await Promise.all(this.telemetry.children.map((spec) => this.startChild(spec)));
  }

  private async startPostgres(port: number): Promise<void> {
    const { signal } = this.preparing;
    this.postgres = await preparePostgres(this.temporary!, port, this.logFile('postgresql'), signal);
    await this.startChild(this.postgres.spec);
  }

  private async startRedis(port: number): Promise<void> {
    this.redis = await prepareRedis(this.temporary!, port, this.logFile('redis'));
    if (this.redis?.spec) await this.startChild(this.redis.spec);
  }

  private logFile(name: string): string {
    return join(this.parts.paths.logs, `${name}.log`);
  }

  private async startService(layout: Layout): Promise<void> {
    await Promise.all(layout.specs.map((spec) => this.startChild(spec)));
    await this.startChild(layout.gateway);
    this.telemetry!.setTargets(layout.replicas);
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

  private async endAll(): Promise<void> {
    this.setState('stopping');
    this.preparing.abort();
    await this.guard?.end();
    for (const layers of STOP_ORDER) {
      const next = this.children.filter(({ spec }) => layers.includes(spec.layer));
      await Promise.all(next.map((child) => child.stop()));
    }
    await this.telemetry?.close().catch(() => {});
    if (this.temporary) removeFolder(this.temporary);
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
      driver: 'local',
      supervisor: identify(process.pid)!,
      socket: this.parts.paths.socket,
      adminToken: this.adminToken,
      temporary: this.temporary,
      processes: [...running, ...(reaper && isAlive(reaper) ? [{ name: 'reaper', ...reaper }] : [])],
    };
  }
}
