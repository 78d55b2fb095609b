import type Docker from 'dockerode';
import { messageOf, ObsctlError } from '../../shared/errors.ts';
import { endOf } from './components.ts';
import { ComposeFailure } from './compose-project.ts';
import { lastLines } from './container-logs.ts';
import type { ContainerView } from './engine.ts';

/** So often may one end while the stack starts, as one does that came before what it needs. */
const MOST_RESTARTS = 2;
const LOG_LINES = 8;
const LINE_LENGTH = 300;

/** Those that will not come up by themselves. */
export const failedContainers = (views: ContainerView[]): ContainerView[] =>
  views.filter(({ state, exitCode, restarts, healthy }) => {
    const ended = state === 'exited' || state === 'dead';
    return (ended && exitCode !== 0) || (restarts > MOST_RESTARTS && healthy !== true);
  });

export interface FailureParts {
  engine: Docker;
  /** Whether the kernel has killed it for memory, by the engine's events: a restart makes the engine forget. */
  ranOutOfMemory(id: string): boolean;
}

/** What PostgreSQL says of a data folder that another major version made, and of one that keeps another password. */
const MISMATCHES: [RegExp, string][] = [
  [
    /database files are incompatible with server/,
    'Another version of PostgreSQL made the volume of its data.',
  ],
  [
    /password authentication failed for user/,
    'The volume of PostgreSQL keeps a password that this stack does not know.',
  ],
];

const errorOf = (failed: ContainerView[], details: string[]): ObsctlError => {
  const mismatch = MISMATCHES.find(([says]) => details.some((line) => says.test(line)));
  if (mismatch) return new ObsctlError('VOLUME_MISMATCH', mismatch[1], { details });
  const names = failed.map(({ instance }) => instance).join(', ');
  return new ObsctlError('CONTAINER_FAILED', `${names} ended while the stack started.`, { details });
};

/** How each ended and the last lines of its log: VOLUME_MISMATCH where these say so, else CONTAINER_FAILED. */
export const containerFailure = async (
  failed: ContainerView[],
  { engine, ranOutOfMemory }: FailureParts,
): Promise<ObsctlError> => {
  const details = await Promise.all(
    failed.map(async (view) => {
      const lines = await lastLines(engine, view.id, LOG_LINES);
      const end = endOf(view, view.oomKilled || ranOutOfMemory(view.id));
      const often = view.restarts > 0 ? `, ${view.restarts + 1} times` : '';
      return [`${view.instance}: ${end}${often}`, ...lines.map((line) => `| ${line.slice(0, LINE_LENGTH)}`)];
    }),
  );
  return errorOf(failed, details.flat());
};

/** How Docker says that a port cannot be published: in use, or not for this user. */
const PORT_PROBLEM =
  /port is already allocated|address already in use|ports are not available|privileged port/;

const portIn = (text: string): string =>
  /(?:127\.0\.0\.1:|privileged port )(\d+)/.exec(text)?.[1] ?? 'of the stack';

/** What Docker Compose said when it could not start the containers, as an error that can be mended. */
export const composeFailure = (error: unknown): ObsctlError => {
  if (error instanceof ObsctlError) return error;
  const text = messageOf(error);
  const details = text.split('\n');
  if (PORT_PROBLEM.test(text))
    return new ObsctlError('PORT_TAKEN', `Port ${portIn(text)} on 127.0.0.1 cannot be used.`, {
      details,
      cause: error,
    });
  const who = error instanceof ComposeFailure ? 'Docker Compose could not start the containers.' : text;
  return new ObsctlError('STACK_FAILED', who, { details: who === text ? [] : details, cause: error });
};
