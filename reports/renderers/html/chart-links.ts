import type { Spike, TracedExample } from '../../record/findings.ts';
import type { Marks } from '../charts/marks.ts';
import { duration, second } from '../format.ts';
import { spikeAnchor, traceAnchor } from './anchors.ts';
import { isFailed } from './chart-marks.ts';
import { type Html, html } from './markup.ts';

const BAR = 13;

const link = (address: string, kind: string, said: string, drawn: Html): Html =>
  html`<a href="${address}" class="${kind}" aria-label="${said}"><title>${said}</title>${drawn}</a>`;

/** The bar of a spike, from its onset to its end, at that height. `xOf`: pixels of seconds since the start. */
export const spikeMark = (
  spike: Spike,
  { start, end }: Marks,
  xOf: (seconds: number) => number,
  y: number,
): Html => {
  const { id, sli, onset, endedAt, viewpoint } = spike;
  const from = onset - start;
  const left = xOf(from);
  const width = Math.max(xOf(Math.max((endedAt ?? start + end) - start, from + 1)) - left, 4);
  const until = endedAt === null ? 'the end of the run' : second(endedAt, start);
  const said = `${id}: ${sli}, from ${second(onset, start)} to ${until}`;
  return link(
    spikeAnchor(spike),
    `spike-mark ${viewpoint}`,
    said,
    html`<rect x="${left.toFixed(1)}" y="${y}" width="${width.toFixed(1)}" height="${BAR}" rx="3"/><text x="${(left + 5).toFixed(1)}" y="${y + BAR - 3}">${id}</text>`,
  );
};

const shape = (failed: boolean, x: string, y: string): Html =>
  failed ? html`<path d="M${x} ${y}m0 -6l6 6l-6 6l-6 -6Z"/>` : html`<circle cx="${x}" cy="${y}" r="5"/>`;

/** The dot or diamond of an example trace, at that place. */
export const exemplarMark = (example: TracedExample, { start }: Marks, x: number, y: number): Html => {
  const { exemplar, requestDuration, traceId } = example;
  const { method, route, time, status } = exemplar;
  const failed = isFailed(example);
  const said = [
    `Trace of ${method} ${route} at ${second(time, start)}`,
    ...(status === null ? [] : [`status ${status}`]),
    ...(requestDuration === null ? [] : [duration(requestDuration)]),
  ].join(', ');
  return link(
    traceAnchor(traceId),
    `exemplar-mark ${failed ? 'error' : 'slow'}`,
    said,
    shape(failed, x.toFixed(1), y.toFixed(1)),
  );
};
