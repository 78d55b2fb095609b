import type { EdgeSignal } from '../../stack/local/collector-edge.ts';

/** So many hex digits of an id decide, which makes shares of 1/65536. */
const DIGITS = 4;
const PARTS = 16 ** DIGITS;

/** Digits of an id that may decide; which of them, the seed says. The first 16 of a trace id may hold a clock. */
const SPAN_ID_DIGITS = 16;
const TRACE_ID = { from: 16, digits: 16 };

const placesIn = (digits: number): number => digits - DIGITS + 1;

/** OTTL: whether the digits of the id from there on, read as a number, lie below the share. */
const isBelow = (id: string, from: number, share: number): string =>
  `ParseInt(Substring(${id}, ${from}, ${DIGITS}), 16) < ${Math.round(share * PARTS)}`;

const NO_TRACE = '"00000000000000000000000000000000"';

/** Condition under which a record is dropped. All spans, or all lines, where the share is 1. */
const conditionOf = (signal: EdgeSignal, share: number, seed: number): string => {
  if (share === 1) return 'true';
  if (signal === 'traces') return isBelow('span_id.string', seed % placesIn(SPAN_ID_DIGITS), share);
  const from = TRACE_ID.from + (seed % placesIn(TRACE_ID.digits));
  return `trace_id.string != ${NO_TRACE} and ${isBelow('trace_id.string', from, share)}`;
};

const CONTEXT: Record<EdgeSignal, string> = { traces: 'span', logs: 'log_record' };

/**
 * Configuration laid over the collector's: a filter that drops a share of a signal on its way to its store, and nothing
 * on its way into span metrics. Spans are chosen by their own id, so that traces lose parts; lines by their trace's id, so
 * that a trace keeps all its lines or none (lines without a trace are kept unless everything is dropped).
 */
export const edgeOverlay = (signal: EdgeSignal, { share, seed }: { share: number; seed: number }): string =>
  [
    'processors:',
    `  filter/edge-${signal}:`,
    '    error_mode: ignore',
    `    ${signal}:`,
    `      ${CONTEXT[signal]}: [${JSON.stringify(conditionOf(signal, share, seed))}]`,
    'service:',
    '  pipelines:',
    `    ${signal}: { processors: [memory_limiter, filter/edge-${signal}, batch] }`,
    '',
  ].join('\n');
