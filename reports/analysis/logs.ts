import { type Log, SEVERITIES } from '../record/evidence.ts';
import type { TracedExample } from '../record/findings.ts';
import { maskText } from './mask.ts';

const MAX_LOGS = 8;

const templateOf = ({ service, body }: Log): string => `${service} ${maskText(body)}`;

const rank = ({ severity }: Log): number => SEVERITIES.indexOf(severity);

/**
 * The lines that carry the trace's id, at most `MAX_LOGS` of them: one of each kind before any second one, the
 * more severe first. In the order they were written, with the number of all.
 */
export const logsOf = (logs: Log[], traceId: string): Pick<TracedExample, 'logs' | 'logLines'> => {
  const written = logs.filter((log) => log.traceId === traceId).sort((a, b) => a.time - b.time);
  const first = new Map<string, Log>();
  for (const log of written) if (!first.has(templateOf(log))) first.set(templateOf(log), log);
  const isFirst = new Set(first.values());
  const kept = [...written]
    .sort((a, b) => Number(isFirst.has(b)) - Number(isFirst.has(a)) || rank(b) - rank(a))
    .slice(0, MAX_LOGS);
  return { logs: written.filter((log) => kept.includes(log)), logLines: written.length };
};
