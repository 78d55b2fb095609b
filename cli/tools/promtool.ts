import { prometheusBinary } from './prometheus.ts';

/** Prometheus' own checker: of its configuration, and of the unit tests of its rules. */
export const promtool = prometheusBinary('promtool', 'tests of Prometheus rules');
