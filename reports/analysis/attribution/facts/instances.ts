import type { Window } from '../../../record/common.ts';
import type { Evidence } from '../../../record/evidence.ts';
import { servicesTakingPart } from '../../taking-part.ts';

/** An instance that was away for a while. */
export interface MissingInstance {
  service: string;
  instance: string;
  /** Scrapes that it did not answer in the window, and in the seconds before it, and the longest stretch of them. */
  missedScrapes: number;
  stretch: number;
  /** Spans and log lines of its own from the midst of that stretch: it was busy then, not away. */
  signsOfLife: number;
  /** What the orchestrator wrote down of its end; null where nothing. */
  exit: string | null;
  /** Its process is another one than before. */
  restarted: boolean;
  /** It answered again within the evidence, as the same process. */
  resumed: boolean;
  /** It was there in the steady phase. */
  known: boolean;
  from: number;
}

type Who = Pick<MissingInstance, 'service' | 'instance'>;

/** Missed scrapes in a row from which on an instance is silent, and not only late once. */
export const SILENT_SCRAPES = 3;

/** It was really away: its process ended, or nothing at all came from it. */
export const wasAway = ({ exit, restarted, stretch, signsOfLife }: MissingInstance): boolean =>
  exit !== null || restarted || (stretch >= SILENT_SCRAPES && signsOfLife === 0);

/** An exit counts when it lies in the window or this much before it, seconds: requests in flight fail a moment later. */
const BEFORE_SECONDS = 5;

/** The longest run of missed scrapes: how many, and from when to when. */
const longest = (points: [number, number][]): Window & { scrapes: number } => {
  let most = { scrapes: 0, from: 0, to: 0 };
  let run = most;
  for (const [time, value] of points) {
    if (value !== 0) run = { scrapes: 0, from: 0, to: 0 };
    else run = { scrapes: run.scrapes + 1, from: run.scrapes === 0 ? time : run.from, to: time };
    if (run.scrapes > most.scrapes) most = run;
  }
  return most;
};

const lifeOf = ({ traces, logs }: Evidence, { service, instance }: Who, { from, to }: Window): number => {
  const inside = (time: number) => time > from && time < to - 1;
  const spans = traces.flatMap((trace) =>
    trace.spans.filter((span) => span.service === service && span.instance === instance),
  );
  return (
    spans.filter(({ start, duration }) => inside(start) || inside(start + duration)).length +
    logs.filter((log) => log.service === service && log.instance === instance && inside(log.time)).length
  );
};

const seriesOf = ({ runtime }: Evidence, name: string, { service, instance }: Who): [number, number][] =>
  runtime
    .filter((one) => one.name === name && one.service === service && one.instance === instance)
    .flatMap(({ points }) => points);

const within = (points: [number, number][], { from, to }: Window) =>
  points.filter(([time]) => time > from && time <= to);

type Looked = Pick<MissingInstance, 'missedScrapes' | 'stretch'> & { first: number | null; silence: Window };

/**
 * The scrapes that the instance missed in the window, having answered some before and not having missed as many in a
 * row in the steady phase: what was dead or came and went all along is nobody's culprit.
 */
const missedScrapes = (evidence: Evidence, who: Who, steady: Window, looked: Window): Looked => {
  const up = seriesOf(evidence, 'up', who);
  const inside = within(up, looked);
  const missed = inside.filter(([, value]) => value === 0);
  const silence = longest(inside);
  const first = missed[0]?.[0] ?? null;
  const answered = first !== null && up.some(([time, value]) => value > 0 && time < first);
  const isNew = silence.scrapes > longest(within(up, steady)).scrapes;
  return answered && isNew
    ? { missedScrapes: missed.length, stretch: silence.scrapes, first, silence }
    : { missedScrapes: 0, stretch: 0, first: null, silence: longest([]) };
};

const exitOf = ({ incidents }: Evidence, { service, instance }: Who, { from, to }: Window) =>
  incidents.find(
    (one) =>
      one.service === service &&
      one.instance === instance &&
      one.kind === 'exit' &&
      one.time >= from &&
      one.time <= to,
  );

/** Start time of its process in the steady phase, and the last one after `time`; null: not known. */
const startTimes = (evidence: Evidence, who: Who, steady: Window, time: number) => {
  const starts = seriesOf(evidence, 'process.start_time', who);
  return {
    before: within(starts, steady).at(-1)?.[1] ?? null,
    later: starts.filter(([at]) => at > time).at(-1)?.[1] ?? null,
  };
};

const missingOf = (evidence: Evidence, who: Who, steady: Window, looked: Window): MissingInstance[] => {
  const { first, silence, ...scrapes } = missedScrapes(evidence, who, steady, looked);
  const exit = exitOf(evidence, who, looked);
  if (first === null && !exit) return [];
  const { before, later } = startTimes(evidence, who, steady, first ?? exit?.time ?? looked.from);
  const moved = before === null || later === null ? null : Math.abs(later - before);
  return [
    {
      ...who,
      ...scrapes,
      signsOfLife: lifeOf(evidence, who, silence),
      exit: exit?.detail ?? null,
      known: before !== null,
      restarted: moved !== null && moved > 1,
      resumed: moved !== null && moved <= 1,
      from: Math.min(first ?? Number.POSITIVE_INFINITY, exit?.time ?? Number.POSITIVE_INFINITY),
    },
  ];
};

/**
 * Every instance of a service that takes part that missed scrapes in the window, as it had not before, and every one
 * that an orchestrator saw end in it.
 */
export const missingInstances = (evidence: Evidence, steady: Window, window: Window): MissingInstance[] => {
  const looked = { from: window.from - BEFORE_SECONDS, to: window.to };
  const takingPart = servicesTakingPart(evidence);
  const all = [...evidence.runtime.filter(({ service }) => takingPart.has(service)), ...evidence.incidents];
  const known = new Map<string, Who>(
    all.map(({ instance, service }) => [`${service} ${instance}`, { service, instance }]),
  );
  return [...known]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, who]) => missingOf(evidence, who, steady, looked));
};
