import type { Window } from '../../record/common.ts';
import type { Spike } from '../../record/findings.ts';
import type { RunRecord } from '../../record/record.ts';
import { exploreLinks } from '../explore-links.ts';
import { code } from '../text.ts';
import { linesOf, metricQuery, traceQuery, WORRYING_LINES } from './spike-queries.ts';

/** Shown before and after what a link is about, seconds. */
const MARGIN = 15;

const wider = ({ from, to }: Window): Window => ({ from: from - MARGIN, to: to + MARGIN });

/** From the first phase to the end of the last one. */
const wholeOf = ({ phases, createdAt }: RunRecord): Window => ({
  from: phases[0]?.from ?? createdAt,
  to: phases.at(-1)?.to ?? createdAt,
});

/** Markdown with links into the stack's Grafana, and without where it had none. */
export interface GrafanaText {
  /** A trace's id that leads to the trace. */
  traceId(id: string, table?: boolean): string;
  /** The trace and its log lines. */
  example(traceId: string): string | null;
  /** The SLI, the traces and the log lines of the spike's own window. */
  spike(spike: Spike): string | null;
  /** The alert rule's name, which leads to when it was pending and firing. */
  alert(name: string, table?: boolean): string;
  /** The run's dashboard. */
  dashboard(): string | null;
}

const NOWHERE: GrafanaText = {
  traceId: (id, table) => code(id, { table }),
  example: () => null,
  spike: () => null,
  alert: (name, table) => code(name, { table }),
  dashboard: () => null,
};

const link = (text: string, address: string): string => `[${text}](${address})`;

/** The links of a record's report. */
export const grafanaText = (record: RunRecord): GrafanaText => {
  const links = exploreLinks(record.grafana);
  if (!links) return NOWHERE;
  const run = wholeOf(record);
  const whole = wider(run);
  return {
    traceId: (id, table) => link(code(id, { table }), links.trace(id, whole)),
    example: (id) =>
      `In Grafana: ${link('the trace', links.trace(id, whole))}, ${link('its log lines', links.logs(linesOf(id), whole))}.`,
    spike: (spike) => {
      const window = wider({ from: spike.onset, to: spike.endedAt ?? run.to });
      return `In Grafana: ${[
        link('the figure', links.metrics(metricQuery(spike), window)),
        link(
          spike.kind === 'error' ? 'traces that failed' : 'slow traces',
          links.traces(traceQuery(spike), window),
        ),
        link('warnings and errors in the logs', links.logs(WORRYING_LINES, window)),
      ].join(', ')}.`;
    },
    alert: (name, table) =>
      link(
        code(name, { table }),
        links.metrics(`ALERTS{alertname="${name.replace(/[\\"]/g, '\\$&')}"}`, whole),
      ),
    dashboard: () => link('this run in Grafana', links.dashboard('experiment', whole, { run: record.runId })),
  };
};
