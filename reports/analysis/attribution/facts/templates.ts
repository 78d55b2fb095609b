import type { Window } from '../../../record/common.ts';
import { type Evidence, type Log, SEVERITIES } from '../../../record/evidence.ts';
import { grouped } from '../../grouped.ts';
import { drain } from './drain.ts';

/** A kind of log line that the steady phase had not, or had far less of. */
export interface NewTemplate {
  service: string;
  severity: Log['severity'];
  text: string;
  /** What the lines say of their error besides, masked by their words only. */
  error: string;
  count: number;
  from: number;
  traceIds: string[];
}

/** A template is new when its rate is at least this many times that of the steady phase. */
const MIN_GROWTH = 4;
const MIN_COUNT = 3;
const WARN = SEVERITIES.indexOf('warn');

const errorOf = ({ attributes }: Log): string => {
  const texts = ['exception.message', 'err.message', 'error.message', 'exception.type'].map(
    (name) => attributes[name],
  );
  return texts.filter((text) => typeof text === 'string').join(' ');
};

const lineOf = (log: Log): string =>
  [log.body.slice(0, 300), errorOf(log).slice(0, 200)].filter(Boolean).join(' ');

const kindOf = ({ service, severity }: Log): string => `${service} ${severity}`;

const seconds = ({ from, to }: Window): number => Math.max(1, to - from);

const describe = (lines: Log[], steady: Window, window: Window): NewTemplate | null => {
  const before = lines.filter(({ time }) => time >= steady.from && time < steady.to);
  const during = lines.filter(({ time }) => time >= window.from && time < window.to + 1);
  const first = during[0];
  if (!first || during.length < MIN_COUNT) return null;
  const growth =
    during.length / seconds(window) / Math.max(before.length / seconds(steady), 0.5 / seconds(steady));
  if (growth < MIN_GROWTH) return null;
  return {
    service: first.service,
    severity: first.severity,
    text: first.body.slice(0, 160),
    error: errorOf(first).slice(0, 160),
    count: during.length,
    from: first.time,
    traceIds: [...new Set(during.flatMap(({ traceId }) => traceId ?? []))].slice(0, 3),
  };
};

/** Templates of warnings and errors that came up in the window, most lines first. */
export const newTemplates = ({ logs }: Evidence, steady: Window, window: Window): NewTemplate[] => {
  const severe = logs
    .filter(({ severity }) => SEVERITIES.indexOf(severity) >= WARN)
    .sort((a, b) => a.time - b.time || (lineOf(a) < lineOf(b) ? -1 : 1));
  // Lines of different services or severities never share a template.
  return grouped(severe, kindOf)
    .flatMap((logs) => drain(logs.map(lineOf)).map(({ lines }) => lines.map((i) => logs[i]!)))
    .map((lines) => describe(lines, steady, window))
    .filter((one) => one !== null)
    .sort((a, b) => b.count - a.count || (a.text < b.text ? -1 : 1));
};
