import { ObsctlError } from '../shared/errors.ts';
import type { DriverName, Profile, TelemetryKind } from './stack.ts';

/** What a command says about the stack that it may start. */
export interface StackWish {
  /** Which driver it has to be. */
  on?: DriverName;
  /** Those that are tried where none was named, in order. */
  order?: DriverName[];
  telemetry?: TelemetryKind;
  profile?: Profile;
}

/** One driver, and whether it could run a stack here and now. */
export interface Candidate {
  driver: DriverName;
  /** Throws ObsctlError with the reason where it could not. */
  probe(): Promise<unknown>;
}

export interface Rejection {
  driver: DriverName;
  reason: string;
}

export interface Choice {
  driver: DriverName;
  /** What was tried before it, and why that was not to be. */
  rejected: Rejection[];
}

/** What a driver cannot do whatever is installed, in plain words. */
const unsuited = (driver: DriverName, { telemetry, profile }: StackWish): string | undefined => {
  if (driver === 'compose' && telemetry === 'embedded')
    return 'the embedded telemetry belongs to the local stack; a stack of containers has Prometheus, Loki and Tempo';
  if (driver === 'local' && profile !== undefined)
    return `profiles belong to the stack of containers; the local stack has none, so no ${JSON.stringify(profile)}`;
  return undefined;
};

const assertSuited = (driver: DriverName, wish: StackWish): void => {
  const why = unsuited(driver, wish);
  if (why === undefined) return;
  const option = driver === 'compose' ? `--telemetry ${wish.telemetry}` : `--profile ${wish.profile}`;
  throw new ObsctlError('USAGE', `${option} does not go with --on ${driver}.`, { details: [why] });
};

const assertSame = (up: DriverName, { on }: StackWish): void => {
  if (on === undefined || on === up) return;
  throw new ObsctlError('STACK_BUSY', 'A stack is up already, and not as asked for.', {
    details: [`it is a ${up} stack, not ${on}`],
  });
};

const firstOf = async (wish: StackWish, candidates: Candidate[]): Promise<Choice> => {
  const rejected: Rejection[] = [];
  let first: unknown;
  for (const { driver, probe } of candidates) {
    const why = unsuited(driver, wish);
    try {
      if (why !== undefined) throw new ObsctlError('USAGE', why);
      await probe();
      return { driver, rejected };
    } catch (error) {
      if (!(error instanceof ObsctlError)) throw error;
      // Nothing is wrong with a driver that was never meant: another one's reason is the one to tell.
      first ??= why === undefined ? error : undefined;
      rejected.push({ driver, reason: [error.message, ...error.details].join(' ') });
    }
  }
  throw (
    first ??
    new ObsctlError('USAGE', 'No stack can be like that.', {
      details: rejected.map(({ driver, reason }) => `--on ${driver}: ${reason}`),
    })
  );
};

/**
 * Which driver a command talks to: the one whose stack is up, else the one that was asked for, else the first whose
 * probe does not reject. Throws STACK_BUSY where another one is up than was asked for, USAGE where what was asked for
 * does not go together, and the first rejection where all reject.
 */
export const chooseStack = async (
  up: DriverName | null,
  wish: StackWish,
  candidates: Candidate[],
): Promise<Choice> => {
  if (wish.on !== undefined) assertSuited(wish.on, wish);
  if (up !== null) {
    assertSame(up, wish);
    return { driver: up, rejected: [] };
  }
  if (wish.on === undefined) {
    const order = wish.order ?? candidates.map(({ driver }) => driver);
    return firstOf(
      wish,
      candidates.filter(({ driver }) => order.includes(driver)),
    );
  }
  await candidates.find(({ driver }) => driver === wish.on)?.probe();
  return { driver: wish.on, rejected: [] };
};
