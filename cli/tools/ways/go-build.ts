import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { packageRoot } from '../../shared/package-root.ts';
import type { GoBuild, Way, WayContext } from '../tool.ts';
import { makeInCache } from '../workshop.ts';

const TIMEOUT_MS = 30 * 60_000;
const LINES_QUOTED = 5;

/** What a line of `go build -v` says: a download, a package that is being compiled, or else a complaint. */
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

/** Where go works, and with what: a target set for cross-compiling, or a workspace around us, would give another binary. */
const environment = (env: NodeJS.ProcessEnv, folder: string): NodeJS.ProcessEnv => {
  const { GOOS: _os, GOARCH: _arch, ...rest } = env;
  return { ...rest, CGO_ENABLED: '0', GOWORK: 'off', GOTMPDIR: join(folder, 'tmp') };
};

/** Modules exactly as go.mod and go.sum say, no paths of this machine, no symbols. */
const buildArguments = (
  { package: main, tags = [], versionVariable }: GoBuild,
  version: string,
  binary: string,
): string[] => {
  const stamp = versionVariable ? ` -X ${versionVariable}=${version}` : '';
  const pinned = ['-mod=readonly', '-buildvcs=false', '-trimpath', '-tags', tags.join(',')];
  return ['build', '-v', ...pinned, '-ldflags', `-s -w${stamp}`, '-o', binary, main];
};

/** Go's compilers are its children: the group goes as a whole. */
const killGroup = (pid: number | undefined) => {
  try {
    if (pid) process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
};

/** Builds the main package into `binary`. Throws go's last complaints. */
const runGo = async (
  build: GoBuild,
  version: string,
  binary: string,
  folder: string,
  { env, tell, signal }: WayContext,
): Promise<void> => {
  const child = execa('go', buildArguments(build, version, binary), {
    env: environment(env, folder),
    extendEnv: false,
    cwd: fileURLToPath(new URL(`infra/tools/${build.module}/`, packageRoot())),
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
  if (result.failed) throw new Error(`go build failed: ${complaints() || result.shortMessage}`);
};

/** A build from source by the Go toolchain, where one is there; a few minutes. */
export const byGoBuild: Way = {
  name: 'go build',
  serves: ({ goBuild }) => goBuild !== null,
  find: async (tool, context) => {
    const build = tool.goBuild!;
    const version = build.version ?? tool.version;
    return makeInCache(tool, version, context, byGoBuild.name, async (folder) => {
      await mkdir(join(folder, 'tmp'));
      context.tell(`building ${tool.name} ${version}, a few minutes`);
      // Named as the tool: k6 says under what name it was called.
      const binary = join(folder, tool.name);
      await runGo(build, version, binary, folder, context);
      return binary;
    });
  },
};
