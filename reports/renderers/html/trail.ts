import type { RunRecord } from '../../record/record.ts';
import { grafanaText } from '../markdown/grafana.ts';
import { type Html, html } from './markup.ts';
import { traceCard, traceLine } from './trace.ts';

/** Traces that the evidence for the culprit names and that no spike shows. */
export const trail = (record: RunRecord): Html | null => {
  const traces = record.findings?.trail ?? [];
  if (traces.length === 0) return null;
  const grafana = grafanaText(record);
  return html`<h3>Traces that the evidence names</h3>
${traces.map((trace) => traceCard(trace, traceLine(trace), false, grafana))}`;
};
