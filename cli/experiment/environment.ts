import { cpus, totalmem } from 'node:os';
import type { RunRecord } from '../../reports/record/record.ts';
import { VERSION } from '../shared/version.ts';
import type { StackStatus } from '../stack/stack.ts';

/** A system that obsctl did not start is told from another one by its address. */
const nameOf = ({ driver, endpoints }: StackStatus): string =>
  driver === 'external' ? `external, ${endpoints?.baseUrl}` : driver;

/** What the run ran on. */
export const describeEnvironment = (status: StackStatus | null, k6: string): RunRecord['environment'] => ({
  obsctl: VERSION,
  node: process.version,
  platform: `${process.platform} ${process.arch}`,
  cpus: cpus().length,
  memoryBytes: totalmem(),
  k6,
  stack: status ? nameOf(status) : 'gone',
  telemetry: status?.telemetry ?? 'gone',
  cache: status?.cache ?? 'unknown',
  components: status?.versions ?? {},
});
