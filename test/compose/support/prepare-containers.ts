import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findTool } from '../../../cli/tools/tools.ts';

const ENGINE_FOLDER = process.env.OBSCTL_ENGINE ?? join(tmpdir(), 'obsctl-engine');

const script = (name: string, ...args: string[]): string =>
  execFileSync(`test/compose/${name}`, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
  }).trim();

const hasPlugin = (): boolean => {
  try {
    execFileSync('docker', ['compose', 'version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

/** Where `docker` has no plugin for Compose it gets the one in the cache, in a configuration folder of its own. */
const addPlugin = async (): Promise<string | null> => {
  if (hasPlugin()) return null;
  const { found } = await findTool('compose');
  const configuration = mkdtempSync(join(tmpdir(), 'obsctl-docker-'));
  mkdirSync(join(configuration, 'cli-plugins'));
  symlinkSync(found!.path, join(configuration, 'cli-plugins/docker-compose'));
  process.env.DOCKER_CONFIG = configuration;
  return configuration;
};

/**
 * Makes sure of an engine, of Compose and of the images, and sets DOCKER_HOST (and DOCKER_CONFIG) for the tests. Returns
 * what undoes it: an engine that was there, or was started by hand, stays. Throws when a script fails; it has said why.
 */
export const prepareContainers = async (): Promise<() => void> => {
  const wasThere = existsSync(ENGINE_FOLDER);
  const address = script('engine.sh', 'start');
  const isOurs = !wasThere && address.includes(ENGINE_FOLDER);
  process.env.DOCKER_HOST = address;
  const configuration = await addPlugin();
  const undo = () => {
    if (configuration) rmSync(configuration, { recursive: true });
    if (isOurs) script('engine.sh', 'stop');
  };
  try {
    script('images.sh');
  } catch (error) {
    undo();
    throw error;
  }
  return undo;
};
