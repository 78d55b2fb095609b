import type { ChaosDriver } from '../chaos/chaos-driver.ts';
import type { TelemetryAccess } from '../config/backends.ts';
import type { LoadDriver } from '../load/load-driver.ts';
import type { Output } from '../shared/output.ts';
import type { Stack } from '../stack/stack.ts';
import type { TelemetrySource } from '../telemetry/telemetry-source.ts';

/** What takes our children with it when we are killed. */
export interface Guard {
  watch(pid: number): void;
  done(): Promise<void>;
}

/** What a command may use: ports only, each made when it is first asked for. */
export interface Context {
  output: Output;
  /** Aborted by the first Ctrl-C. */
  signal: AbortSignal;
  stack(): Promise<Stack>;
  chaos(): Promise<ChaosDriver>;
  load(): Promise<LoadDriver>;
  /** Prometheus, Loki and Tempo at any addresses. */
  telemetryAt(access: TelemetryAccess): Promise<TelemetrySource>;
  guard(): Promise<Guard>;
}
