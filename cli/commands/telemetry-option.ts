import type { Command } from 'commander';
import { TELEMETRY_KINDS } from '../stack/stack.ts';
import { oneOf } from './arguments.ts';

/** `--telemetry`, for every command that may start a stack. */
export const addTelemetryOption = (command: Command): Command =>
  command.option(
    '--telemetry <kind>',
    'grafana (Prometheus, Loki, Tempo) or embedded; grafana where its binaries are installed, unless told otherwise',
    oneOf('--telemetry', TELEMETRY_KINDS),
  );
