import type { Window } from '../../../../reports/record/common.ts';
import { answering, type Found } from '../answer.ts';
import type { BackendClient } from '../http.ts';
import type { Names } from '../options.ts';
import type { PrometheusPart } from '../parts.ts';
import { askAlerts } from './alerts.ts';
import { PrometheusQuestion } from './api.ts';
import { metricCounts } from './counts.ts';
import { askExemplars } from './exemplars.ts';
import { findHistograms } from './histograms.ts';
import type { PipelineTotals } from './pipeline-metrics.ts';
import { askReady } from './ready.ts';
import { askRed } from './red.ts';
import { askRuntime } from './runtime.ts';

const all = <T>(value: T[]): Found<T[]> => ({ value, rows: value.length });

const NOTHING: PipelineTotals = { accepted: 0, refused: 0, rejected: 0 };

/** The Prometheus half of the source. Its methods throw BackendError when there is no answer. */
export const createPrometheus = (client: BackendClient, names: Names): PrometheusPart => {
  const ask = <T>(
    method: string,
    window: Window,
    question: (question: PrometheusQuestion) => Promise<Found<T>>,
  ) =>
    answering(method, window, async (note) => {
      const asked = new PrometheusQuestion(client, note);
      const found = await question(asked);
      return { ...found, error: found.error ?? asked.partial };
    });
  let pipeline = NOTHING;
  return {
    ready: async () => ({ ...(await askReady(client, names)), pipeline }),
    red: (window) => ask('red', window, async (question) => all(await askRed(question, names, window))),
    runtime: (window) =>
      ask('runtime', window, async (question) => {
        const serving = async () => (await findHistograms(question, names, window)).jobs;
        const found = await askRuntime(question, names, window, serving);
        pipeline = found.pipeline ?? NOTHING;
        return all(found.series);
      }),
    exemplars: (window) => ask('exemplars', window, (question) => askExemplars(question, names, window)),
    alerts: (window) => ask('alerts', window, async (question) => all(await askAlerts(question, window))),
    counts: (window, service) =>
      ask('counts', window, async (question) =>
        all(metricCounts(await askRed(question, names, window), service)),
      ),
  };
};
