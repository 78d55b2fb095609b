import type { Completeness } from '../../record/completeness.ts';
import type { Evidence } from '../../record/evidence.ts';
import type { Gap } from '../../record/findings.ts';

const WORDS = { traces: 'trace', logs: 'log line' } as const;

/** Of the requests that ended last, those of which no trace or log line came within the time that was given to it. */
const missing = (signal: keyof typeof WORDS, settle: Completeness['settle']): string => {
  const [sought, seconds] = [settle?.sought ?? 0, settle?.seconds ?? 0];
  const count = settle?.[signal] ?? 0;
  return count > 0
    ? `Of ${count} of the ${sought} requests that ended last no ${WORDS[signal]} had come ${seconds.toFixed(1)} s after the load.`
    : `No ${WORDS[signal]} of the requests that ended last was seen to come.`;
};

const late = (signal: Gap['signal'], text: string): Gap => ({ signal, window: null, text, decisive: false });

/** What did not come in within the time that was given to it. Only where there was load to wait for. */
const neverCame = ({ client, entryService, completeness }: Evidence): Gap[] => {
  const { ingestionLagSeconds: lag, settle } = completeness;
  if (!client?.overall.some(({ requests }) => requests > 0)) return [];
  return [
    ...(lag.trace === null ? [late('traces', missing('traces', settle))] : []),
    ...(lag.log === null ? [late('logs', missing('logs', settle))] : []),
    ...(lag.metric === null
      ? [late('metrics', `No metric of ${entryService} from after the load's end was seen to come.`)]
      : []),
  ];
};

/** A search that finds nothing where traces are known to be shows no sample and no steady cohort, and must not read as health. */
const blindSearch = ({ queries, traces }: Evidence): Gap[] => {
  const searches = queries.filter(({ method, error }) => method === 'searchTraces' && error === null);
  const found = searches.reduce((sum, { rows }) => sum + rows, 0);
  return searches.length > 0 && found === 0 && traces.length > 0
    ? [
        {
          signal: 'traces',
          window: null,
          text: `Trace search found nothing in ${searches.length} questions, although ${traces.length} traces were fetched by their id: there is no sample of the steady phase, and no failure that no exemplar names.`,
          decisive: false,
        },
      ]
    : [];
};

/** So many traces without a single line are no accident. */
const MIN_TRACES = 10;

/** Lines that are there and lead to no trace must not pass for the lines of the requests. Elsewhere logs may never name traces. */
const strayLogs = ({ traces, logs, client }: Evidence): Gap[] => {
  const ids = new Set(traces.map(({ traceId }) => traceId));
  const leads = logs.some(({ traceId }) => traceId !== null && ids.has(traceId));
  return ids.size < MIN_TRACES || logs.length === 0 || leads
    ? []
    : [
        {
          signal: 'logs',
          window: null,
          text: `Not one of ${ids.size} traces has a log line by its id, although ${logs.length} log lines were found: those of the requests are missing, or carry no trace id.`,
          decisive: client !== null,
        },
      ];
};

/** What should have come in by the end and did not. */
export const arrivalGaps = (evidence: Evidence): Gap[] => [
  ...neverCame(evidence),
  ...blindSearch(evidence),
  ...strayLogs(evidence),
];
