import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/** A relative path counts as none, as the XDG Base Directory Specification has it: the next command may run elsewhere. */
const xdg = (variable: string, fallback: string): string => {
  const set = process.env[variable] ?? '';
  return join(isAbsolute(set) ? set : join(homedir(), fallback), 'obsctl');
};

/** Where state lives between commands (state file, socket, logs): $XDG_STATE_HOME/obsctl. */
export const stateDirectory = (): string => xdg('XDG_STATE_HOME', '.local/state');

/** Where binaries are kept: $XDG_CACHE_HOME/obsctl. */
export const cacheDirectory = (): string => xdg('XDG_CACHE_HOME', '.cache');
