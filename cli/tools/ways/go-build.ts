import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { execa } from 'execa';
import type { GoBuild, Way, WayContext } from '../tool.ts';
import { makeInCache } from '../workshop.ts';

const TIMEOUT_MS = 30 * 60_000;
const LINES_QUOTED = 5;

/** What a line of `go install -v` says: a download, a package that is being compiled, or else a complaint. */
export const readGoLine = (
  line: string,
): { downloading: string } | { compiling: string } | { complaint: string } => {
  const download = /^go: downloading (.+)$/.exec(line);
  if (download) return { downloading: download[1]! };
  return /^[\w.~/-]+$/.test(line) ? { compiling: line } : { complaint: line };
};

/** Follows what go writes: the progress in words, and the last complaints. */
const follower = (tell: (text: string) => void) => {
  const complaints: string[] = [];
  let packages = 0;
  const take = (line: string) => {
    const said = readGoLine(line);
    if ('downloading' in said) tell(`downloading ${said.downloading}`);
    else if ('compiling' in said) tell(`compiling package ${++packages}: ${said.compiling}`);
    else if (line.trim()) complaints.push(line.trim());
  };
  return { take, complaints: () => complaints.slice(-LINES_QUOTED).join(' | ') };
};

/** Everything go makes goes into `folder`; a target set for cross-compiling would make a binary that cannot run here. */
const environment = (env: NodeJS.ProcessEnv, folder: string): NodeJS.ProcessEnv => {
  const { GOOS: _os, GOARCH: _arch, ...rest } = env;
  return { ...rest, CGO_ENABLED: '0', GOBIN: join(folder, 'bin'), GOTMPDIR: join(folder, 'tmp') };
};

/** Go's compilers are its children: the group goes as a whole. */
const killGroup = (pid: number | undefined) => {
  try {
    if (pid) process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
};

const runGo = async (build: GoBuild, folder: string, { env, tell, signal }: WayContext): Promise<void> => {
  const child = execa('go', ['install', '-v', '-trimpath', '-ldflags', '-s -w', build.package], {
    env: environment(env, folder),
    extendEnv: false,
    cwd: folder,
    stdin: 'ignore',
    stdout: 'ignore',
    buffer: false,
    reject: false,
    detached: true,
  });
  const kill = () => killGroup(child.pid);
  const { take, complaints } = follower(tell);
  if (child.pid) createInterface({ input: child.stderr }).on('line', take);
  const timer = setTimeout(kill, TIMEOUT_MS);
  signal?.addEventListener('abort', kill);
  process.once('exit', kill);
  const result = await child;
  clearTimeout(timer);
  signal?.removeEventListener('abort', kill);
  process.removeListener('exit', kill);
  signal?.throwIfAborted();
  if (result.code === 'ENOENT') throw new Error('go is not on the PATH');
  if (result.failed) throw new Error(`go install failed: ${complaints() || result.shortMessage}`);
};

/** A build from source by the Go toolchain, where one is there; a few minutes. */
export const byGoBuild: Way = {
  name: 'go build',
  find: async (tool, context) => {
    const { goBuild } = tool;
    if (!goBuild) throw new Error(`${tool.name} has no Go module`);
    return makeInCache(tool, context, byGoBuild.name, async (folder) => {
      await mkdir(join(folder, 'tmp'));
      context.tell(`building ${goBuild.package}, a few minutes`);
      await runGo(goBuild, folder, context);
      return join(folder, 'bin', tool.name);
    });
  },
};
