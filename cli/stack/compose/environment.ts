import { randomBytes } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { makeFolder } from '../../shared/folder.ts';
import { VERSION } from '../../shared/version.ts';
import type { UpOptions } from '../stack.ts';
import type { ComposePaths } from './paths.ts';

/** Made by the first `up` and kept for the later ones: the volumes open with no others. */
const SECRETS = ['POSTGRES_PASSWORD', 'ADMIN_TOKEN', 'GRAFANA_PASSWORD', 'MINIO_ROOT_PASSWORD'] as const;

export const DEFAULT_REPLICAS = 2;

/** Settings of docker-compose.yml by variable. */
export type Environment = Record<string, string>;

/** Only characters that mean nothing to a shell, an address or a Compose file. */
const newSecret = (): string => randomBytes(24).toString('base64url');

const HEAD = '# Written by `obsctl up`: settings and secrets of its containers. For nobody else to read.';

const textOf = (values: Environment): string =>
  [HEAD, ...Object.entries(values).map(([name, value]) => `${name}=${value}`), ''].join('\n');

/** What stands in the file; nothing where there is none. */
export const readEnvironment = (file: string): Environment => {
  try {
    const pairs = readFileSync(file, 'utf8').matchAll(/^([A-Z_]+)=(.*)$/gm);
    return Object.fromEntries([...pairs].map(([, name, value]) => [name!, value!]));
  } catch {
    return {};
  }
};

/** What the options ask for. The port may also be set by GATEWAY_PORT, and is 80 where nothing is. */
const settingsOf = (options: UpOptions, paths: ComposePaths): Environment => {
  const profile = options.profile ?? 'minimal';
  return {
    COMPOSE_PROFILES: profile,
    // Loki and Tempo keep their data in MinIO, which only the full profile has.
    STORAGE: profile === 'full' ? 's3' : '',
    API_REPLICAS: String(options.replicas ?? DEFAULT_REPLICAS),
    GATEWAY_PORT: String(options.port ?? (process.env.GATEWAY_PORT || 80)),
    RETRY_BUDGET: String(options.retryBudget ?? ''),
    OBSCTL_VERSION: VERSION,
    TARGETS_FOLDER: paths.targets,
    COLLECTOR_FOLDER: paths.collector,
    MINIO_ROOT_USER: 'obsctl',
  };
};

/** Writes the environment file, only for its owner to read. Returns all of it, and the secrets that were made just now. */
export const prepareEnvironment = (
  options: UpOptions,
  paths: ComposePaths,
): { values: Environment; made: Environment } => {
  const before = readEnvironment(paths.env);
  const made = Object.fromEntries(SECRETS.filter((name) => !before[name]).map((name) => [name, newSecret()]));
  const kept = Object.fromEntries(SECRETS.flatMap((name) => (before[name] ? [[name, before[name]]] : [])));
  const values = { ...settingsOf(options, paths), ...kept, ...made };
  makeFolder(paths.folder, 0o700);
  writeFileSync(`${paths.env}.draft`, textOf(values), { mode: 0o600 });
  renameSync(`${paths.env}.draft`, paths.env);
  return { values, made };
};
