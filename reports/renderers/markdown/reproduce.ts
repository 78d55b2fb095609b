import type { Experiment, RunRecord } from '../../record/record.ts';
import { clean, code, fence, paragraphs } from '../text.ts';

const load = ({ rate, vus, durations: d }: Experiment): string => {
  const model = rate === null ? `${vus ?? '?'} virtual users` : `${rate} logical requests per second`;
  return `${model}; warm-up ${d.warmUp} s, steady ${d.steady} s, fault ${d.fault} s, recovery ${d.recovery} s`;
};

/** The command that repeats the run, and the one that writes this report again. */
export const reproduce = ({ kind, experiment, runId }: RunRecord): string =>
  paragraphs(
    '## Run it again',
    fence(
      [
        clean(experiment.command),
        `obsctl report ${clean(runId)}    # this report, from the run folder alone`,
      ],
      'sh',
    ),
    kind === 'observation'
      ? 'The first asks the back ends again, as long as they keep the window; credentials are not part of it.'
      : `Load: ${load(experiment)}. Seed ${code(String(experiment.seed))}; experiment hash ${code(experiment.hash.slice(0, 16))}: runs with an equal hash asked for the same.`,
  );
