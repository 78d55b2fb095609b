import { execa } from 'execa';

/** What `docker` prints, without the last line break. Throws what it complains of. */
export const docker = async (...args: string[]): Promise<string> =>
  (await execa('docker', args, { stdin: 'ignore' })).stdout;

const lines = (text: string): string[] => text.split('\n').filter(Boolean);

/** The label by which Compose knows what is its own. */
const ofProject = (project: string): string => `label=com.docker.compose.project=${project}`;

/** Names of the containers of a Compose project, those that have ended among them. */
export const containersOf = async (project: string): Promise<string[]> =>
  lines(await docker('ps', '--all', '--filter', ofProject(project), '--format', '{{.Names}}'));

/** Everything of a Compose project that is on the engine, in words: nothing after `down --volumes`. */
export const everythingOf = async (project: string): Promise<string[]> => {
  const named = async (kind: string, ...args: string[]) =>
    lines(await docker(...args, '--filter', ofProject(project))).map((name) => `${kind} ${name}`);
  const found = await Promise.all([
    named('container', 'ps', '--all', '--format', '{{.Names}}'),
    named('network', 'network', 'ls', '--format', '{{.Name}}'),
    named('volume', 'volume', 'ls', '--format', '{{.Name}}'),
  ]);
  return found.flat();
};

/** Volumes without a name of their own, of whichever container: Docker names them by 64 hexadecimal digits. */
export const anonymousVolumes = async (): Promise<string[]> =>
  lines(await docker('volume', 'ls', '--format', '{{.Name}}')).filter((name) => /^[0-9a-f]{64}$/.test(name));

/** Removes what a test that failed has left of a project. */
export const removeProject = async (project: string): Promise<void> => {
  for (const left of await everythingOf(project)) {
    const [kind, name] = left.split(' ') as [string, string];
    await docker(
      kind,
      'rm',
      ...(kind === 'network' ? [] : ['--force']),
      ...(kind === 'container' ? ['--volumes'] : []),
      name,
    );
  }
};
