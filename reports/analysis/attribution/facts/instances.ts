import type { Window } from '../../../record/common.ts';
import type { Evidence } from '../../../record/evidence.ts';

/** An instance that was away for a while. */
export interface MissingInstance {
  service: string;
  instance: string;
  /** Scrapes in the window that it did not answer, and the longest stretch of them. */
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
  from: number;
}

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

const lifeOf = ({ traces, logs }: Evidence, instance: string, { from, to }: Window): number => {
  const inside = (time: number) => time > from && time < to - 1;
  const spans = traces.flatMap((trace) => trace.spans.filter((span) => span.instance === instance));
  return (
    spans.filter(({ start, duration }) => inside(start) || inside(start + duration)).length +
    logs.filter((log) => log.instance === instance && inside(log.time)).length
  );
};

const seriesOf = ({ runtime }: Evidence, name: string, instance: string): [number, number][] =>
  runtime.filter((one) => one.name === name && one.instance === instance).flatMap(({ points }) => points);

const within = (points: [number, number][], { from, to }: Window) =>
  points.filter(([time]) => time > from && time <= to);

/** Every instance that missed scrapes in the window, or that an orchestrator saw end in it. */
export const missingInstances = (evidence: Evidence, steady: Window, window: Window): MissingInstance[] => {
  const looked = { from: window.from - BEFORE_SECONDS, to: window.to };
  const known = new Map(
    [...evidence.runtime, ...evidence.incidents].map(({ instance, service }) => [instance, service]),
  );
  return [...known].sort().flatMap(([instance, service]) => {
    const up = within(seriesOf(evidence, 'up', instance), looked);
    const silence = longest(up);
    const missed = up.filter(([, value]) => value === 0);
    const exit = evidence.incidents.find(
      (one) =>
        one.instance === instance && one.kind === 'exit' && one.time >= looked.from && one.time <= looked.to,
    );
    if (missed.length === 0 && !exit) return [];
    const starts = seriesOf(evidence, 'process.start_time', instance);
    const before = within(starts, steady).at(-1)?.[1];
    const later = starts.filter(([time]) => time > (missed[0]?.[0] ?? exit?.time ?? looked.from)).at(-1)?.[1];
    return [
      {
        service,
        instance,
        missedScrapes: missed.length,
        stretch: silence.scrapes,
        signsOfLife: lifeOf(evidence, instance, silence),
        exit: exit?.detail ?? null,
        restarted: before !== undefined && later !== undefined && Math.abs(later - before) > 1,
        resumed: before !== undefined && later !== undefined && Math.abs(later - before) <= 1,
        from: Math.min(missed[0]?.[0] ?? Number.POSITIVE_INFINITY, exit?.time ?? Number.POSITIVE_INFINITY),
      },
    ];
  });
};
