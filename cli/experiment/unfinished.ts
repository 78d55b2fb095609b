import type { PhaseName } from '../../reports/record/common.ts';
import type { Execution } from '../../reports/record/record.ts';
import type { InjectedFault } from '../../reports/record/truth.ts';

export interface SoFar {
  /** The phase that it is in; null before the first and after the last. */
  phase: PhaseName | null;
  /** Its load has begun. */
  loaded: boolean;
  /** Its fault phase has begun, and it has faults. */
  touched: boolean;
  injected: InjectedFault[];
}

const stateOf = ({ injected }: SoFar): string => {
  const open = injected.filter(({ verifiedClearedAt }) => verifiedClearedAt === null);
  if (injected.length === 0) return 'Whether a fault had begun to come on nobody has written down.';
  return open.length > 0
    ? `${open.map(({ name }) => name).join(', ')}: on when it was last heard of, for as long as its lease lived; nobody has read back that it is gone.`
    : 'Every fault was read back as gone; that the steady state is back nobody has seen.';
};

/** What the error of a run says as long as nobody has written its end. */
const NOT_ENDED = 'The run has not ended:';

/** Somebody wrote the run's own end into its record: it says how it went, whatever became of its command afterwards. */
export const hasEnded = ({ error }: Pick<Execution, 'error'>): boolean => !error?.startsWith(NOT_ENDED);

/**
 * What the record says of a run for as long as it goes on. It stays true when nobody comes to end it: when its command
 * is killed, or the disk is full.
 */
export const unfinished = (soFar: SoFar): Execution => {
  const { phase, loaded, touched } = soFar;
  const where = phase ? `in its ${phase} phase` : loaded ? 'after its load' : 'before its load';
  return {
    status: 'failed',
    error: `${NOT_ENDED} it is still going on, or its command was killed ${where}.`,
    restored: !touched,
    restoration: [touched ? stateOf(soFar) : 'Nothing had been broken.'],
    stop: null,
  };
};
