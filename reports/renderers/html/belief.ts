import type { Suspect } from '../../record/attribution.ts';
import type { RunRecord } from '../../record/record.ts';
import { suspectLabel } from '../markdown/cause.ts';
import { type Html, html } from './markup.ts';
import { lineHtml } from './prose.ts';

const WIDTH = 240;
/** A belief below this is not worth a bar of its own. */
const NEGLIGIBLE = 0.005;

const bar = (label: Html, confidence: number, kind: string): Html =>
  html`<tr><th scope="row">${label}</th><td><svg class="meter" width="${WIDTH}" height="12" viewBox="0 0 ${WIDTH} 12" preserveAspectRatio="none" aria-hidden="true"><rect width="${WIDTH}" height="12" rx="4" class="track"/><rect width="${(confidence * WIDTH).toFixed(1)}" height="12" rx="4" class="${kind}"/></svg></td><td class="number">${confidence.toFixed(2)}</td></tr>`;

const labelled = (suspect: Suspect): Html => lineHtml(suspectLabel(suspect));

/** How far each suspect is believed, and that it is none of them. */
export const belief = ({ findings }: RunRecord): Html | null => {
  const { status = 'nothing', suspects = [], unknown = 1 } = findings?.attribution ?? {};
  if (status === 'nothing' || suspects.length === 0) return null;
  const worth = suspects.filter(({ confidence }, i) => i === 0 || confidence >= NEGLIGIBLE);
  return html`<div class="wide" tabindex="0" role="group" aria-label="Belief by suspect"><table class="belief"><caption>Belief by suspect: service / dependency / operation / kind</caption><tbody>${[
    ...worth.map((suspect, i) =>
      bar(labelled(suspect), suspect.confidence, i === 0 && status === 'named' ? 'first' : 'other'),
    ),
    bar(html`none of the suspects`, unknown, 'other'),
  ]}</tbody></table></div>`;
};
