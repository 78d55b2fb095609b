import type { Spike } from '../../record/findings.ts';
import type { RunRecord } from '../../record/record.ts';
import type { Anchors } from './prose.ts';

/** Addresses within the page. Ids of spikes are the analysis' own; another character in one is left out. */
const safe = (id: string): string => id.replace(/[^\w-]/g, '');

export const spikeId = ({ id }: Spike): string => `of-${safe(id)}`;
export const spikeAnchor = (spike: Spike): string => `#${spikeId(spike)}`;
export const traceElement = (traceId: string): string => `trace-${safe(traceId)}`;
export const traceAnchor = (traceId: string): string => `#${traceElement(traceId)}`;

/** Ids of traces that the page shows lead to them. */
export const anchorsOf = ({ findings }: RunRecord): Anchors => {
  const examples = (findings?.spikes ?? []).flatMap((spike) => spike.examples);
  const shown = new Set([...examples, ...(findings?.trail ?? [])].map(({ traceId }) => traceId));
  return (text) => (shown.has(text) ? traceAnchor(text) : null);
};
