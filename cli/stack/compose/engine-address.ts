import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { ObsctlError } from '../../shared/errors.ts';

const SYSTEM_SOCKET = '/var/run/docker.sock';

const configSchema = z.object({ currentContext: z.string().optional() });
const contextSchema = z.object({ Endpoints: z.object({ docker: z.object({ Host: z.string() }) }) });

const readAs = <T>(schema: z.ZodType<T>, path: string): T | undefined => {
  try {
    return schema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return undefined;
  }
};

/** Address of the context that the docker command line is set to; undefined with its default one. */
const contextHost = (env: NodeJS.ProcessEnv): string | undefined => {
  const folder = env.DOCKER_CONFIG || join(homedir(), '.docker');
  const name = env.DOCKER_CONTEXT || readAs(configSchema, join(folder, 'config.json'))?.currentContext;
  if (!name || name === 'default') return undefined;
  // Where the docker command line keeps it: github.com/docker/cli, cli/context/store.
  const digest = createHash('sha256').update(name).digest('hex');
  const file = join(folder, 'contexts/meta', digest, 'meta.json');
  const context = readAs(contextSchema, file);
  if (context) return context.Endpoints.docker.Host;
  throw new ObsctlError('ENGINE_UNAVAILABLE', `There is no Docker context ${JSON.stringify(name)}.`, {
    details: [`DOCKER_CONTEXT, or \`docker context use\`, names it; ${file} does not describe it`],
  });
};

/** Docker Desktop's socket where that is all there is, else the system's. */
const defaultSocket = (): string => {
  const own = join(homedir(), '.docker/run/docker.sock');
  return existsSync(own) && !existsSync(SYSTEM_SOCKET) ? own : SYSTEM_SOCKET;
};

/**
 * Where the Docker engine is, as the docker command line finds it: DOCKER_HOST, else its context, else the usual socket.
 * Throws ENGINE_UNAVAILABLE where there is no such context.
 */
export const engineAddress = (env: NodeJS.ProcessEnv = process.env): string =>
  env.DOCKER_HOST || contextHost(env) || `unix://${defaultSocket()}`;
