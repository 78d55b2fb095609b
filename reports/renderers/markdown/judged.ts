import type { FaultScore, RunRecord } from '../../record/record.ts';
import type { InjectedFault } from '../../record/truth.ts';
import { duration } from '../format.ts';
import { plain } from '../text.ts';
import { suspectLabel } from './cause.ts';

/** Whether the analysis named this fault, as plainly where it did not. */
const named = ({ rank, timeToAttribute }: FaultScore, { findings }: RunRecord): string => {
  const { status = 'nothing', suspects: [first] = [] } = findings?.attribution ?? {};
  const answer = status === 'unknown' ? 'its answer was "unknown"' : 'it named nothing';
  const instead = status === 'named' && first ? `it named ${suspectLabel(first)} first` : answer;
  if (rank === null)
    return `**It was missed**: no suspect of the analysis has its service and kind; ${instead}.`;
  if (rank > 1)
    return `The analysis was **not right at once**: this fault is its answer number ${rank}; ${instead}.`;
  const when =
    timeToAttribute === null ? '' : `, and could have done so ${duration(timeToAttribute)} after it`;
  return `The analysis was right: it named the service and the kind of this fault first${when}.`;
};

/** What a loss of telemetry did to the client: nothing, unless something else went wrong meanwhile. */
const clientToo = ({ clientSaw }: FaultScore): string =>
  clientSaw
    ? 'The client was worse off meanwhile, which lost telemetry cannot do.'
    : 'The client was no worse off: what was lost was telemetry, not requests.';

/** Lost telemetry raises no alarm and hits no server: it is found, or overlooked. */
const judgedLoss = (
  { label: { dependency } }: InjectedFault,
  score: FaultScore,
  { findings }: RunRecord,
): string => {
  const what = plain(dependency ?? 'telemetry');
  const { status = 'nothing', suspects: [first] = [] } = findings?.attribution ?? {};
  const besides =
    status === 'named' && first
      ? ` **It named ${suspectLabel(first)} besides**, which was not injected.`
      : '';
  const told =
    score.detected && score.timeToDetect !== null
      ? `The analysis found the loss of ${what} ${duration(score.timeToDetect)} after the injection.`
      : `**It was overlooked**: the analysis found no loss of ${what} that began with the injection.`;
  return `${told}${besides} ${clientToo(score)}`;
};

/** How the findings compare with the fault: seen by whom, how fast, and named or not. Null where nothing was scored. */
export const judged = (
  fault: InjectedFault,
  score: FaultScore | undefined,
  record: RunRecord,
): string | null => {
  if (!score) return null;
  if (fault.label.kind === 'loss') return judgedLoss(fault, score, record);
  if (!score.detected || score.timeToDetect === null)
    return score.clientSaw
      ? '**It was not detected**: no alarm fired while it was on, although the client was worse off.'
      : 'No alarm fired while it was on, and the client was no worse off: nothing to explain.';
  const who = score.clientSaw ? '' : ' at the servers only; the client saw nothing of it';
  return `The first alarm fired ${duration(score.timeToDetect)} after the injection${who}. ${named(score, record)}`;
};
