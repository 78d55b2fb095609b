import { spawn } from 'node:child_process';

/** Programs that open a file as the desktop would, in the order in which they are tried. */
const openersOf = (platform: NodeJS.Platform, environment: NodeJS.ProcessEnv): string[] => {
  if (platform === 'darwin') return ['open'];
  return environment.WSL_DISTRO_NAME ? ['wslview', 'xdg-open'] : ['xdg-open'];
};

/** Starts it apart from this process. Null once it runs; else why it could not be started. */
const start = (program: string, file: string): Promise<string | null> =>
  new Promise((done) => {
    const child = spawn(program, [file], { detached: true, stdio: 'ignore' });
    child.once('error', (error) => done(`${program}: ${error.message}`));
    child.once('spawn', () => {
      child.unref();
      done(null);
    });
  });

/**
 * Opens the file with the program that the desktop has for it, and does not wait for that. Returns why it could not be
 * opened, in a sentence; null where it was.
 */
export const openFile = async (
  file: string,
  platform: NodeJS.Platform = process.platform,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<string | null> => {
  const refusals: string[] = [];
  for (const program of openersOf(platform, environment)) {
    const refused = await start(program, file);
    if (refused === null) return null;
    refusals.push(refused);
  }
  return `${file} could not be opened (${refusals.join('; ')}).`;
};
