import type { Alert } from '../../record/evidence.ts';
import type { FaultScore, RunRecord } from '../../record/record.ts';
import { clock, duration, offset } from '../format.ts';
import { code, paragraphs, plain, table } from '../text.ts';
import { type GrafanaText, grafanaText } from './grafana.ts';

const NEVER = 'not within the run';

const severityOf = ({ labels }: Alert): string => (labels.severity ? plain(labels.severity) : '–');

/** What else tells two alerts of one rule apart. */
const scope = ({ labels }: Alert): string =>
  Object.entries(labels)
    .filter(([name]) => name !== 'severity' && name !== 'alertname')
    .map(([name, value]) => code(`${name}=${value}`, { table: true }))
    .join(', ');

const when = (at: number | null, start: number, never: string): string =>
  at === null ? never : `${clock(at, 0)} (${offset(at - start, 0)})`;

const listed = (alerts: Alert[], start: number, grafana: GrafanaText): string =>
  table(
    ['Alert rule', 'Severity', 'Of', 'Condition held from', 'Fired at', 'Over at'],
    alerts.map((alert) => [
      grafana.alert(alert.name, true),
      severityOf(alert),
      scope(alert) || '–',
      when(alert.activeAt, start, '–'),
      when(alert.firedAt, start, NEVER),
      when(alert.endedAt, start, NEVER),
    ]),
  );

const detected = ({ timeToDetect }: FaultScore): string[] => [
  '**obsctl**, from the same telemetry',
  '–',
  '–',
  timeToDetect === null ? 'no alarm' : duration(timeToDetect),
];

const ruleRow = ({ name, severity, pendingAfter, firedAfter }: FaultScore['alerts'][number]): string[] => [
  code(name, { table: true }),
  severity === null ? '–' : plain(severity),
  pendingAfter === null ? NEVER : duration(pendingAfter),
  firedAfter === null ? NEVER : duration(firedAfter),
];

/** What an empty list of alerts means: that none was active, or only that nobody could say. */
const nothing = ({ findings }: RunRecord, none: string): string => {
  const isAlerts = ({ method }: { method: string }) => method === 'alerts';
  if (findings?.asked?.failed.some(isAlerts))
    return 'Whether an alert rule was active is not known: the question about alerts failed.';
  return findings?.asked?.cut.some(isAlerts)
    ? 'Whether an alert rule was active is not known: the answer about alerts was cut.'
    : none;
};

const ofFault = (record: RunRecord, score: FaultScore): string =>
  paragraphs(
    `After the injection of ${code(score.fault)}:`,
    table(
      ['Who', 'Severity', 'Condition held after:', 'Would have told somebody after:'],
      [detected(score), ...score.alerts.map(ruleRow)],
    ),
    score.alerts.length === 0 ? nothing(record, 'No alert rule became active while it was on.') : null,
  );

/** A page that goes out after several minutes of a burning budget needs longer than a short run lasts. */
const LIMIT =
  'Rules look at windows of minutes and more, and wait before they fire: in a run of a minute many cannot get there.';

const NONE_EMBEDDED =
  'The embedded telemetry evaluates no alert rules: whether anybody would have been told can be seen with Prometheus only (`--telemetry grafana`).';

/** The system's own alert rules: when each would have told somebody, beside obsctl's own time to detect. */
export const alerts = (record: RunRecord): string | null => {
  const { findings, scores, source, phases, createdAt } = record;
  if (!findings || !source) return null;
  const start = phases[0]?.from ?? createdAt;
  const all = findings.alerts;
  if (source.kind === 'embedded' && all.length === 0)
    return paragraphs('## Who would have known', NONE_EMBEDDED);
  return paragraphs(
    '## Who would have known',
    ...scores.map((score) => ofFault(record, score)),
    all.length > 0
      ? paragraphs('Alert rules that were active in the window:', listed(all, start, grafanaText(record)))
      : nothing(record, 'No alert rule was active in the window.'),
    LIMIT,
  );
};
