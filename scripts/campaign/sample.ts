import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunRecord } from '../../reports/record/record.ts';

/** Versions and machine of a run, on one line. */
const environmentOf = ({ environment: e }: RunRecord): string =>
  `obsctl ${e.obsctl}, Node ${e.node}, k6 ${e.k6}, ${e.platform}, ${e.cpus} CPUs, stack ${e.stack}, telemetry ${e.telemetry}, cache ${e.cache}`;

/** Where runs were made, each environment once, sorted. */
export const environmentsOf = (results: { record: RunRecord | null }[]): string[] => {
  const lines = results.flatMap(({ record }) => (record ? [environmentOf(record)] : []));
  return [...new Set(lines)].sort();
};

/** Writes a page and the figures behind it as a committed sample; answers with its folder. */
export const writeSample = (
  root: string,
  name: string,
  sample: { readme: string; json: { file: string; value: unknown } },
): string => {
  const target = join(root, 'reports/samples', name);
  mkdirSync(target, { recursive: true });
  writeFileSync(join(target, 'README.md'), sample.readme);
  writeFileSync(join(target, sample.json.file), `${JSON.stringify(sample.json.value, null, 2)}\n`);
  return target;
};
