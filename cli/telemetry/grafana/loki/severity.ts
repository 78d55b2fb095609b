import { SEVERITIES, type Severity } from '../../../../reports/record/evidence.ts';
import { severityOf } from '../../otlp-decode.ts';

/** Words that other loggers write, beside those that begin with a severity's own name. */
const WORDS: [RegExp, Severity][] = [
  [/^(fatal|crit|emerg|alert|panic)/i, 'fatal'],
  [/^err/i, 'error'],
  [/^warn/i, 'warn'],
  [/^(info|notice)/i, 'info'],
  [/^(debug|dbg)/i, 'debug'],
  [/^(trace|verbose)/i, 'trace'],
];

/** Labels that tell it, the most exact first; `detected_level` is Loki's own guess. */
const TEXTS = ['severity_text', 'level', 'severity', 'detected_level'];

/** OTLP's number decides; without it the first text that is a severity; then `info`. */
export const severityFrom = (labels: Record<string, string>): Severity => {
  const number = Number(labels.severity_number ?? Number.NaN);
  if (number >= 1 && number <= 24) return severityOf(number, '');
  for (const name of TEXTS) {
    const word = WORDS.find(([pattern]) => pattern.test(labels[name] ?? ''));
    if (word) return word[1];
  }
  return 'info';
};

const patternOf = (least: Severity): string =>
  WORDS.filter(([, severity]) => SEVERITIES.indexOf(severity) >= SEVERITIES.indexOf(least))
    .map(([pattern]) => pattern.source.replace(/^\^/, ''))
    .join('|');

/** LogQL that keeps the lines that `severityFrom` would call at least `least`; it may keep more. Empty: it would keep all. */
export const severityFilter = (least: Severity): string => {
  if (SEVERITIES.indexOf(least) <= SEVERITIES.indexOf('info')) return '';
  const number = SEVERITIES.indexOf(least) * 4 + 1;
  const texts = TEXTS.map((name) => `${name}=~"(?i)(${patternOf(least)}).*"`).join(' or ');
  return ` | severity_number >= ${number} or severity_number="" and (${texts})`;
};
