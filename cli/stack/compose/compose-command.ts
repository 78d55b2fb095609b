import { execa } from 'execa';
import { ObsctlError } from '../../shared/errors.ts';

/** How Docker Compose is called here. */
export interface ComposeCommand {
  /** Program and first arguments. */
  words: [string, ...string[]];
  version: string;
}

/** The plugin first, then the program of its own, which has been Compose v1 too. */
const WAYS: ComposeCommand['words'][] = [['docker', 'compose'], ['docker-compose']];

/** `config --format json`, `pull --policy`, `depends_on.required`: from here on. */
const OLDEST = [2, 20] as const;
const ANSWER_TIMEOUT_MS = 10_000;

const isOld = (version: string): boolean => {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]);
};

/** What it says its version is; null where it is not there. */
const versionOf = async ([program, ...first]: ComposeCommand['words']): Promise<string | null> => {
  const { stdout, failed } = await execa(program, [...first, 'version', '--short'], {
    reject: false,
    timeout: ANSWER_TIMEOUT_MS,
    stdin: 'ignore',
  });
  return failed ? null : (/\d+\.\d+\.\d+/.exec(stdout)?.[0] ?? null);
};

const refusal = (words: string[], version: string | null): string => {
  if (version === null) return `${words.join(' ')}: not here`;
  const why = version.startsWith('1.')
    ? 'v1, which is no longer maintained'
    : `older than ${OLDEST.join('.')}`;
  return `${words.join(' ')}: ${version}, ${why}`;
};

/**
 * The first that fits: the plugin, the program, then `installed`, the path of the one that `obsctl tools` has. Throws
 * COMPOSE_UNAVAILABLE with what was found instead.
 */
export const findCompose = async (
  installed: () => Promise<string | null>,
  ways = WAYS,
): Promise<ComposeCommand> => {
  const refused: string[] = [];
  for (const words of ways) {
    const version = await versionOf(words);
    if (version !== null && !isOld(version)) return { words, version };
    refused.push(refusal(words, version));
  }
  const own = await installed();
  const version = own === null ? null : await versionOf([own]);
  if (own !== null && version !== null) return { words: [own], version };
  throw new ObsctlError('COMPOSE_UNAVAILABLE', 'No Docker Compose that can be used is here.', {
    details: refused,
  });
};
