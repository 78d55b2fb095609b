import type { TelemetryLoss } from '../../record/findings.ts';
import type { RunRecord } from '../../record/record.ts';
import { percent, second } from '../format.ts';
import { paragraphs, plain, prose } from '../text.ts';

/** How much of what: a share of spans is not the share of requests that it touches. */
export const lossText = ({ share, of, signal }: TelemetryLoss): string =>
  `${percent(share)} of the ${plain(of ?? signal)}`;

const one = (loss: TelemetryLoss, start: number): string => {
  const { from, to, where, text, evidence } = loss;
  return paragraphs(
    `**The pipeline lost ${lossText(loss)} between ${second(from, start)} and ${second(to, start, ' UTC')}**, ${plain(where)}. ${prose(text)}`,
    evidence.map((sentence) => `- ${prose(sentence)}`).join('\n'),
  );
};

/** What was sent and never arrived: it stands before everything that is read from what is left. */
export const telemetryLoss = ({ findings, phases, createdAt }: RunRecord): string | null => {
  if (!findings || findings.telemetryLoss.length === 0) return null;
  const start = phases[0]?.from ?? createdAt;
  return paragraphs(
    '## Lost telemetry',
    ...findings.telemetryLoss.map((loss) => one(loss, start)),
    'What follows was read from what is left: where nothing is seen, that is no sign of health.',
  );
};
