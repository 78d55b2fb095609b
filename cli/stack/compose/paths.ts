import { join } from 'node:path';
import type { StackPaths } from '../local/state-file.ts';

/** What the stack of containers keeps in the state directory. */
export interface ComposePaths {
  folder: string;
  /** Settings and secrets, given to Docker Compose as its environment file. Stays across `up` and `down`. */
  env: string;
  /** Read by Prometheus as its targets. */
  targets: string;
  /** Read by the collector: what is laid over its configuration. */
  collector: string;
}

export const composePaths = ({ directory }: Pick<StackPaths, 'directory'>): ComposePaths => {
  const folder = join(directory, 'compose');
  return {
    folder,
    env: join(folder, 'env'),
    targets: join(folder, 'targets'),
    collector: join(folder, 'collector'),
  };
};
