import { homedir } from 'node:os';
import { join } from 'node:path';

const xdg = (variable: string, fallback: string): string =>
  join(process.env[variable] || join(homedir(), fallback), 'obsctl');

/** Where state lives between commands (state file, socket, logs): $XDG_STATE_HOME/obsctl. */
export const stateDirectory = (): string => xdg('XDG_STATE_HOME', '.local/state');

/** Where binaries are kept: $XDG_CACHE_HOME/obsctl. */
export const cacheDirectory = (): string => xdg('XDG_CACHE_HOME', '.cache');
