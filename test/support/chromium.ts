import { execFileSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];
const ON_MACOS = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';

const isExecutable = (file: string): boolean => {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

/** The Chromium of this machine: OBSCTL_CHROMIUM, or the first of the usual names on the PATH; null where there is none. */
export const findChromium = (): string | null => {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const named = process.env.OBSCTL_CHROMIUM ? [process.env.OBSCTL_CHROMIUM] : [];
  return (
    [...named, ...NAMES.flatMap((name) => folders.map((folder) => join(folder, name))), ON_MACOS].find(
      isExecutable,
    ) ?? null
  );
};

/** Gets Debian's where there is none and it may be installed. Throws with what to do where it may not. */
export const ensureChromium = (): string => {
  const found = findChromium();
  if (found) return found;
  const how = 'install it (Debian: apt-get install chromium), or name one by OBSCTL_CHROMIUM';
  if (process.getuid?.() !== 0) throw new Error(`The browser tests need Chromium: ${how}.`);
  try {
    execFileSync('apt-get', ['update', '-qq'], { stdio: 'inherit' });
    execFileSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'], {
      stdio: 'inherit',
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
  } catch (cause) {
    throw new Error(`The browser tests need Chromium, and apt-get could not get it: ${how}.`, { cause });
  }
  const installed = findChromium();
  if (!installed) throw new Error(`The browser tests need Chromium, which apt-get did not bring: ${how}.`);
  return installed;
};
