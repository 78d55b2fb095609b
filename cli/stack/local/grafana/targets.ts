import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ScrapeTarget } from '../stack-telemetry.ts';

/** One entry of Prometheus' file-based service discovery; `job` and `instance` take the place of what it would set itself. */
interface TargetGroup {
  targets: string[];
  labels: Record<string, string>;
}

const groupOf = ({ service, instance, url }: ScrapeTarget): TargetGroup => ({
  targets: [new URL(url).host],
  labels: { job: service, instance, service_name: service, service_instance_id: instance },
});

/** Writes `<folder>/<name>.json`, whole or not at all: Prometheus may read at any moment. */
export const writeTargets = (folder: string, name: string, targets: ScrapeTarget[]): void => {
  const draft = join(folder, `.${name}.draft`);
  writeFileSync(draft, JSON.stringify(targets.map(groupOf), null, 2));
  renameSync(draft, join(folder, `${name}.json`));
};
