import type { Command } from 'commander';
import { DRIVERS, PROFILES, TELEMETRY_KINDS } from '../stack/stack.ts';
import { oneOf } from './arguments.ts';

/** What kind of stack it is to be, for every command that may start one. */
export const addStackOptions = (command: Command): Command =>
  command
    .option(
      '--on <driver>',
      'compose (containers) or local (processes of this machine); of itself the first that can be had, `demo` local',
      oneOf('--on', DRIVERS),
    )
    .option(
      '--profile <profile>',
      'of a stack of containers: minimal, or full with Grafana, MinIO and exporters (minimal where absent)',
      oneOf('--profile', PROFILES),
    )
    .option(
      '--telemetry <kind>',
      'grafana (Prometheus, Loki, Tempo), or embedded, which is local only; where absent grafana as soon as it can be had',
      oneOf('--telemetry', TELEMETRY_KINDS),
    );
