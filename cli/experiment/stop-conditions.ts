import type { ClientPoint } from '../../reports/record/evidence.ts';
import type { StopCondition } from '../../reports/record/indicator.ts';
import type { Execution } from '../../reports/record/record.ts';

export type Stop = NonNullable<Execution['stop']>;

/** What a run ends with when one of its stop conditions held. */
export class StopConditionMet extends Error {
  constructor(readonly stop: Stop) {
    super(stop.text);
  }
}

const NAMES: Record<StopCondition['measure'], string> = {
  'error-ratio': 'error ratio',
  p95: 'p95',
  'requests-per-second': 'rate of requests',
};
const UNITS: Record<StopCondition['measure'], string> = {
  'error-ratio': '',
  p95: ' s',
  'requests-per-second': '/s',
};

/** The condition in words: `p95 above 2 s for 10 s`. */
export const conditionText = ({ measure, above, below, for: seconds }: StopCondition): string => {
  const ends = [above === null ? [] : [`above ${above}`], below === null ? [] : [`below ${below}`]].flat();
  return `${NAMES[measure]} ${ends.join(' or ')}${UNITS[measure]} for ${seconds} s`;
};

/** The measure in one second; null where nothing ended in it that could be measured. */
const valueIn = (measure: StopCondition['measure'], second: ClientPoint): number | null => {
  const { requests, failures, p95, seconds } = second;
  if (measure === 'requests-per-second') return requests / seconds;
  if (measure === 'p95') return p95;
  return requests > 0 ? failures / requests : null;
};

const isOutside = ({ above, below }: StopCondition, value: number): boolean =>
  (above !== null && value > above) || (below !== null && value < below);

/** One condition and since when it has been outside without a break. */
class Watched {
  private since: number | null = null;

  constructor(private readonly condition: StopCondition) {}

  /** A second in which nothing could be measured neither breaks the time outside nor ends it. */
  take(second: ClientPoint): Stop | null {
    const value = valueIn(this.condition.measure, second);
    if (value === null) return null;
    if (!isOutside(this.condition, value)) {
      this.since = null;
      return null;
    }
    this.since ??= second.t;
    const at = second.t + second.seconds;
    return at - this.since >= this.condition.for ? this.stop(at, value) : null;
  }

  private stop(at: number, value: number): Stop {
    const { condition } = this;
    const last = `${Number(value.toPrecision(3))}${UNITS[condition.measure]}`;
    const text = `The client saw the stop condition hold: ${conditionText(condition)} (${last} in the last of them).`;
    return { condition, at, text };
  }
}

/** Watches the stop conditions of a run, second by second of what the client saw. */
export class StopWatch {
  private readonly watched: Watched[];

  constructor(conditions: StopCondition[]) {
    this.watched = conditions.map((condition) => new Watched(condition));
  }

  /** The first condition that holds by then; seconds come in their order, each once. */
  take(seconds: ClientPoint[]): Stop | null {
    for (const second of seconds) {
      for (const watched of this.watched) {
        const stop = watched.take(second);
        if (stop) return stop;
      }
    }
    return null;
  }
}
