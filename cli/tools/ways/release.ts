import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { execa } from 'execa';
import { addressInWords, fetchFile, fetchText } from '../download.ts';
import type { Archive, Release, Way, WayContext } from '../tool.ts';
import { extractFromZip } from '../unzip.ts';
import { makeInCache } from '../workshop.ts';

const DEFAULT_BASE = 'https://github.com';
const EXTRACT_TIMEOUT_MS = 120_000;

/** The published sum of a file, out of lines of `<sha256>  <file>`. Throws when it is not among them. */
export const publishedSum = (text: string, file: string): string => {
  for (const line of text.split('\n')) {
    const [sum, name] = line.trim().split(/\s+\*?/);
    if (name === file && sum && /^[0-9a-f]{64}$/i.test(sum)) return sum.toLowerCase();
  }
  throw new Error(`the published checksums do not name ${file}`);
};

const addressOf = ({ path }: Release, env: NodeJS.ProcessEnv): string =>
  `${(env.OBSCTL_RELEASES_URL || DEFAULT_BASE).replace(/\/+$/, '')}/${path}`;

const extractFromTar = async (
  archive: string,
  member: string,
  folder: string,
  signal?: AbortSignal,
): Promise<string> => {
  const result = await execa('tar', ['-xzf', archive, '-C', folder, member], {
    timeout: EXTRACT_TIMEOUT_MS,
    reject: false,
    cancelSignal: signal,
  });
  const path = join(folder, member);
  if (result.failed || !existsSync(path)) {
    throw new Error(`the archive holds no ${member}: ${result.stderr || result.shortMessage}`);
  }
  return path;
};

/** Takes the binary out of what was downloaded. Returns its path. */
const unpack = (
  path: string,
  member: string,
  folder: string,
  signal?: AbortSignal,
): Promise<string> | string => {
  if (path.endsWith('.tar.gz')) return extractFromTar(path, member, folder, signal);
  if (path.endsWith('.zip')) return extractFromZip(path, member, join(folder, basename(member)));
  return path;
};

const download = async (
  release: Release,
  { file, member }: Archive,
  folder: string,
  context: WayContext,
): Promise<string> => {
  const base = addressOf(release, context.env);
  context.tell(`asking ${addressInWords(base)}`);
  const expected = publishedSum(await fetchText(`${base}/${release.checksums}`, context.signal), file);
  const archive = join(folder, file);
  const tell = (bytes: number) => context.tell(`downloading ${file}, ${Math.round(bytes / 2 ** 20)} MiB`);
  const sum = await fetchFile(`${base}/${file}`, archive, tell, context.signal);
  if (sum !== expected) throw new Error(`${file} has the SHA-256 ${sum}, and ${expected} is published`);
  return unpack(archive, member, folder, context.signal);
};

/** The pinned version's published archive, verified by its checksum. */
export const fromRelease: Way = {
  name: 'release',
  serves: ({ release }) => release !== null,
  find: async (tool, context) => {
    const { release } = tool;
    const archive = release?.archive(context.platform, context.arch);
    if (!release || !archive) throw new Error(`nothing is published for ${context.platform}/${context.arch}`);
    return makeInCache(tool, tool.version, context, fromRelease.name, (folder) =>
      download(release, archive, folder, context),
    );
  },
};
