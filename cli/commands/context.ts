import type { ChaosDriver } from '../chaos/chaos-driver.ts';
import type { HaltSwitch } from '../chaos/halt.ts';
import type { TelemetryAccess } from '../config/backends.ts';
import type { LoadDriver } from '../load/load-driver.ts';
import type { Output } from '../shared/output.ts';
import type { StackWish } from '../stack/choose-stack.ts';
import type { ExternalTarget } from '../stack/external-target.ts';
import type { GrafanaAccess, Stack } from '../stack/stack.ts';
import type { Annotator } from '../telemetry/annotator.ts';
import type { TelemetrySource } from '../telemetry/telemetry-source.ts';

/** What takes our children with it when we are killed. */
export interface Guard {
  watch(pid: number): void;
  done(): Promise<void>;
}

/** Something that a driver needs. */
export interface StackCheck {
  name: string;
  ok: boolean;
  /** Its version, or why it cannot be used. */
  found: string;
}

/** What a command may use: ports only, each made when it is first asked for. */
export interface Context {
  output: Output;
  /** Aborted by the first Ctrl-C. */
  signal: AbortSignal;
  /** The stack that is up. With a wish: the one that is to be brought up where none is. */
  stack(wish?: StackWish): Promise<Stack>;
  /** The stacks of all drivers, the one that is up first. */
  stacks(): Promise<Stack[]>;
  /** What drivers need of this machine. */
  stackChecks(): Promise<StackCheck[]>;
  chaos(): Promise<ChaosDriver>;
  /** Set by `chaos halt`: nothing may be broken meanwhile. */
  halt: HaltSwitch;
  load(): Promise<LoadDriver>;
  /** Prometheus, Loki and Tempo at any addresses. */
  telemetryAt(access: TelemetryAccess): Promise<TelemetrySource>;
  /** Marks runs on the graphs of that Grafana. */
  annotatorAt(access: GrafanaAccess): Promise<Annotator>;
  guard(): Promise<Guard>;
  /** The same, on a system that obsctl did not start. */
  onto(target: ExternalTarget, access: TelemetryAccess): Promise<Context>;
}
