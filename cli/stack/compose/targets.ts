import { chmodSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { makeFolder } from '../../shared/folder.ts';
import { packageRoot } from '../../shared/package-root.ts';
import type { Profile } from '../stack.ts';

const groupSchema = z.object({ targets: z.array(z.string()), labels: z.record(z.string(), z.string()) });
const groupsSchema = z.array(groupSchema);
type Group = z.infer<typeof groupSchema>;

const defaults = (): string => fileURLToPath(new URL('infra/compose/targets', packageRoot()));

/** The file of the containers that only the full profile has. */
const isFullOnly = (file: string): boolean => file.endsWith('-full.json');

const FIRST_API = 'api-1';

/** The first replica's group as the one of replica `n`. */
const replicaOf = ({ targets, labels }: Group, n: number): Group => {
  const named = (text: string) => text.replaceAll(FIRST_API, `api-${n}`);
  return {
    targets: targets.map(named),
    labels: Object.fromEntries(Object.entries(labels).map(([name, value]) => [name, named(value)])),
  };
};

/** The groups with as many api replicas as there are, made from the first one's. */
export const withReplicas = (groups: Group[], replicas: number): Group[] =>
  groups.flatMap((group) => {
    if (group.labels.job !== 'api') return [group];
    if (group.labels.instance !== FIRST_API) return [];
    return Array.from({ length: replicas }, (_, i) => replicaOf(group, i + 1));
  });

/**
 * Writes what Prometheus is to scrape, made from infra/compose/targets, for its own user to read. Before it starts: a
 * scaled api or another profile has other targets.
 */
export const writeTargets = (folder: string, replicas: number, profile: Profile, from = defaults()): void => {
  rmSync(folder, { recursive: true, force: true });
  makeFolder(folder, 0o755);
  chmodSync(folder, 0o755);
  for (const file of readdirSync(from).filter((name) => name.endsWith('.json'))) {
    if (isFullOnly(file) && profile !== 'full') continue;
    const groups = groupsSchema.parse(JSON.parse(readFileSync(join(from, file), 'utf8')));
    writeFileSync(join(folder, file), JSON.stringify(withReplicas(groups, replicas), null, 2));
    chmodSync(join(folder, file), 0o644);
  }
};
