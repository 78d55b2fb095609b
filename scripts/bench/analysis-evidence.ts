import type { Evidence, Trace } from '../../reports/record/evidence.ts';
import { downstreamTimeoutEvidence } from '../../test/fixtures/evidence/index.ts';

const hex = (value: number, length: number): string => value.toString(16).padStart(length, '0');

/** The same trace under other ids. */
const copyOf = (trace: Trace, copy: number): Trace => {
  const traceId = hex(copy, 8) + trace.traceId.slice(8);
  return {
    ...trace,
    traceId,
    spans: trace.spans.map((span) => ({ ...span, traceId, attributes: { ...span.attributes } })),
  };
};

/** The fixture's run with its traces repeated until there are at least `spans` spans. */
export const largeEvidence = (spans: number): Evidence => {
  const small = downstreamTimeoutEvidence();
  const traces: Trace[] = [];
  for (let copy = 1, count = 0; count < spans; copy++) {
    for (const trace of small.traces) {
      traces.push(copyOf(trace, copy));
      count += trace.spans.length;
    }
  }
  return { ...small, traces };
};
