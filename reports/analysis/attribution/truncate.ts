import type { Evidence } from '../../record/evidence.ts';

/**
 * The evidence as it stood at `time` (Unix seconds): what had ended or been scraped by then. Which traces were kept was
 * decided later, with all of the run in view; at the time a person would have found others of the same kind.
 */
export const truncateAt = (evidence: Evidence, time: number): Evidence => {
  const ended = ({ t, seconds }: { t: number; seconds: number }) => t + seconds <= time;
  const { client } = evidence;
  return {
    ...evidence,
    client: client && {
      overall: client.overall.filter(ended),
      operations: client.operations.map((one) => ({ ...one, points: one.points.filter(ended) })),
    },
    red: evidence.red.map((series) => ({ ...series, points: series.points.filter(({ t }) => t <= time) })),
    runtime: evidence.runtime.map((series) => ({
      ...series,
      points: series.points.filter(([t]) => t <= time),
    })),
    exemplars: evidence.exemplars.filter((one) => one.time <= time),
    traces: evidence.traces
      .map((trace) => ({
        ...trace,
        spans: trace.spans.filter(({ start, duration }) => start + duration <= time),
      }))
      .filter(({ spans }) => spans.length > 0),
    logs: evidence.logs.filter((log) => log.time <= time),
    incidents: evidence.incidents.filter((one) => one.time <= time),
  };
};
