import type { ClientPoint, Evidence, RedSeries, RuntimeSeries } from '../../record/evidence.ts';
import type { Gap } from '../../record/findings.ts';
import { clientPoints, userRoutes } from '../series.ts';
import { median } from '../statistics/median.ts';

/** Silence shorter than this is a scrape that was late or lost, seconds. */
const MIN_SILENCE = 5;
/** Where metrics are scraped rarely, silence begins after so many of their own intervals. */
const INTERVALS = 3;
/** So many answered requests without a trace in the metrics are no coincidence. */
const MIN_ANSWERED = 20;

/** How long the entry service's metrics may say nothing before it means something, seconds. */
export const longestPause = ({ red, entryService }: Pick<Evidence, 'red' | 'entryService'>): number => {
  const intervals = userRoutes(red, entryService).flatMap(({ points }) =>
    points.map(({ seconds }) => seconds),
  );
  return Math.max(MIN_SILENCE, INTERVALS * (intervals.length > 0 ? median(intervals) : 0));
};

interface Interval {
  from: number;
  to: number;
}

/** Intervals in which the metrics counted requests; a lump that covers a long pause tells of no second in it. */
const heardIn = (series: RedSeries[], longest: number): Interval[] =>
  series.flatMap(({ points }) =>
    points
      .filter(({ requests, seconds }) => requests > 0 && seconds <= longest)
      .map(({ t, seconds }) => ({ from: t - seconds, to: t })),
  );

/** A request that was answered well must have been served: whatever failed may never have arrived. */
const answered = ({ attempts, attemptFailures }: ClientPoint): number => attempts - attemptFailures;

interface Stretch extends Interval {
  answered: number;
}

/** Stretches of the client's seconds that no interval touches, with the requests answered in them. */
const stretches = (points: ClientPoint[], heard: Interval[]): Stretch[] => {
  const found: Stretch[] = [];
  let open: Stretch | null = null;
  for (const point of points) {
    const [from, to] = [point.t, point.t + point.seconds];
    if (heard.some((one) => one.from < to && one.to > from)) {
      open = null;
      continue;
    }
    if (!open) {
      open = { from, to, answered: 0 };
      found.push(open);
    }
    open.to = to;
    open.answered += answered(point);
  }
  return found;
};

/** Whether the scraper itself wrote down that the service did not answer it: then the silence is a symptom, not a loss. */
const knownDown = (runtime: RuntimeSeries[], service: string, { from, to }: Interval): boolean =>
  runtime.some(
    (series) =>
      series.name === 'up' &&
      series.service === service &&
      series.points.some(([t, value]) => t >= from && t <= to + 1 && value === 0),
  );

/**
 * Stretches in which the client got good answers and the entry service's metrics show no request at all: scrapes that are
 * missing, an empty or frozen answer, or a clock that is off. Without client data nothing can be said.
 */
export const metricsGaps = (evidence: Evidence): Gap[] => {
  const { client, red, runtime, entryService } = evidence;
  const longest = longestPause(evidence);
  const heard = heardIn(userRoutes(red, entryService), longest);
  return stretches(clientPoints(client?.overall ?? []), heard)
    .filter(({ from, to, answered: count }) => to - from > longest && count >= MIN_ANSWERED)
    .map((stretch) => {
      const { from, to, answered: count } = stretch;
      const down = knownDown(runtime, entryService, stretch);
      const why = down ? '; it did not answer every scrape then' : '';
      return {
        signal: 'metrics',
        window: { from, to },
        text: `The metrics of ${entryService} show no request for ${Math.round(to - from)} s in which the client got ${count} good answers${why}.`,
        decisive: !down,
      };
    });
};
