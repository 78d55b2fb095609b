import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { planGrafanaTelemetry } from '../../cli/stack/local/grafana/grafana-stack-telemetry.ts';
import { freePorts } from '../../cli/stack/local/ports.ts';
import type { ScrapeTarget, StackTelemetry } from '../../cli/stack/local/stack-telemetry.ts';
import { SupervisedChild } from '../../cli/stack/local/supervised-child.ts';
import {
  BACKEND_PORTS,
  BACKENDS,
  type BackendName,
  type Binaries,
} from '../../cli/stack/local/telemetry-plan.ts';
import type { BackendUrls } from '../../cli/stack/stack.ts';
import { installTool } from '../../cli/tools/tools.ts';

const binaries = async (): Promise<Binaries> => {
  const [otelcol, prometheus, loki, tempo] = await Promise.all(BACKENDS.map((name) => installTool(name)));
  return { otelcol: otelcol!, prometheus: prometheus!, loki: loki!, tempo: tempo! };
};

const QUIET = { onChange() {}, onSpawn() {}, onGone() {}, onUnplannedExit() {}, onGaveUp() {} };

/**
 * Collector, Prometheus, Loki and Tempo, with the configuration, arguments and environment that the local driver gives
 * them, on free ports and in a temporary folder. The collector is ended first and started last.
 */
export class RealBackends {
  readonly urls: BackendUrls;
  readonly otlpUrl: string;
  private readonly children: Map<string, SupervisedChild>;

  private constructor(
    readonly folder: string,
    private readonly telemetry: StackTelemetry,
  ) {
    this.urls = telemetry.backends!;
    this.otlpUrl = telemetry.otlpUrl;
    this.children = new Map(telemetry.children.map((spec) => [spec.name, new SupervisedChild(spec, QUIET)]));
  }

  /** Starts all four and waits until each is ready; what was started is ended again when one does not get there. */
  static async start(): Promise<RealBackends> {
    const found = await binaries();
    const temporary = mkdtempSync(join(tmpdir(), 'obsctl-backends-'));
    const logs = join(temporary, 'logs');
    mkdirSync(logs);
    const ports = await freePorts(BACKEND_PORTS.length);
    const backends = new RealBackends(temporary, planGrafanaTelemetry({ temporary, logs, ports }, found));
    try {
      await Promise.all(BACKENDS.map((name) => backends.startOne(name)));
    } catch (error) {
      await backends.stop();
      throw error;
    }
    return backends;
  }

  /** Says what Prometheus is to scrape besides the collector. */
  scrape(targets: ScrapeTarget[]): void {
    this.telemetry.setTargets(targets);
  }

  child(name: BackendName): SupervisedChild {
    return this.children.get(name)!;
  }

  /** Starts it, again if it was stopped, and waits until it is ready. */
  async startOne(name: BackendName): Promise<void> {
    const child = new SupervisedChild(this.child(name).spec, QUIET);
    this.children.set(name, child);
    await child.start();
  }

  /** Ends all of them and removes what they wrote. */
  async stop(): Promise<void> {
    await this.child('otelcol').stop();
    await Promise.all([...this.children.values()].map((child) => child.stop()));
    await this.telemetry.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
