import { createInterface } from 'node:readline';
import type Docker from 'dockerode';
import { sleep } from '../../shared/clock.ts';
import { instanceOf, NUMBER_LABEL, ONE_OFF_LABEL, PROJECT, PROJECT_LABEL, SERVICE_LABEL } from './engine.ts';

/** What the engine says that happened to a container of the stack. */
export interface EngineEvent {
  action: 'start' | 'die' | 'oom';
  /** Id of the container. */
  id: string;
  instance: string;
  service: string;
  /** Unix seconds. */
  time: number;
  /** Of a `die`. */
  exitCode: number | null;
}

/** Pause before the engine is asked again that did not answer, or has said goodbye, seconds. */
const RETRY_AFTER = 1;

const eventOf = (line: string): EngineEvent | undefined => {
  const { Action: action, Actor: actor, timeNano } = JSON.parse(line);
  const labels = actor.Attributes as Record<string, string>;
  if (labels[ONE_OFF_LABEL] === 'True') return undefined;
  const service = labels[SERVICE_LABEL]!;
  return {
    action,
    id: actor.ID,
    instance: instanceOf(service, labels[NUMBER_LABEL] ?? '1'),
    service,
    time: timeNano / 1e9,
    exitCode: labels.exitCode === undefined ? null : Number(labels.exitCode),
  };
};

const readEvents = async (
  engine: Docker,
  { since, signal }: { since: number; signal: AbortSignal },
  onEvent: (event: EngineEvent) => void,
): Promise<void> => {
  const stream = await engine.getEvents({
    since,
    abortSignal: signal,
    filters: { type: ['container'], event: ['start', 'die', 'oom'], label: [`${PROJECT_LABEL}=${PROJECT}`] },
  });
  for await (const line of createInterface({ input: stream })) {
    const event = eventOf(line);
    if (event) onEvent(event);
  }
};

/** Tells of each start, end and lack of memory from now on, each once, until the signal is aborted; an engine that goes away is asked again. */
export const watchEngine = async (
  engine: Docker,
  signal: AbortSignal,
  onEvent: (event: EngineEvent) => void,
  retryAfter = RETRY_AFTER,
): Promise<void> => {
  let since = Date.now() / 1000;
  while (!signal.aborted) {
    const from = since;
    await readEvents(engine, { since, signal }, (event) => {
      // The engine repeats what happened at `since` itself.
      if (event.time <= from) return;
      since = Math.max(since, event.time);
      onEvent(event);
    }).catch(() => {});
    await sleep(retryAfter, signal).catch(() => {});
  }
};
