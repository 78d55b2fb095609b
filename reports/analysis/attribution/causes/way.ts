import type { Reason } from '../../../record/attribution.ts';
import { median } from '../../statistics/median.ts';
import type { Case } from '../facts/cohorts.ts';
import type { Facts } from '../facts/index.ts';
import { placeOf } from '../facts/place.ts';
import { figure, reason, strength, took, usually, when } from './cause.ts';
import { MOVED, resourcesNamed, waitsIn } from './symptoms.ts';

/** What tells a slow way to a database from a slow database: the same in both causes that ask. */

/** Statements that do no work, so that all their time is the way there and back. */
const IDLE_STATEMENTS = /\b(BEGIN|COMMIT|ROLLBACK|START TRANSACTION|SELECT 1)\b/i;
/** A span's name is telemetry: of a longer one only the beginning is looked at. */
const MAX_NAME = 200;

const idleTimes = (cases: Case[], service: string): number[] =>
  cases.flatMap(({ tree }) =>
    tree.nodes
      .filter((node) => {
        const { role, service: own } = placeOf(node);
        return role === 'query' && own === service && IDLE_STATEMENTS.test(node.span.name.slice(0, MAX_NAME));
      })
      .map(({ span }) => span.duration),
  );

const MIN_SAMPLES = 3;
/** So much longer, by factor and seconds, that no scheduler explains it. */
const LONGER = { times: 4, seconds: 0.02 };

/** Seconds that statements without work of their own took; null where too few were seen. */
const idleStatements = ({ cohorts }: Facts, service: string): { steady: number; during: number } | null => {
  const [steady, during] = [cohorts.steady, cohorts.incident].map((cases) => idleTimes(cases, service));
  return steady!.length >= MIN_SAMPLES && during!.length >= MIN_SAMPLES
    ? { steady: median(steady!), during: median(during!) }
    : null;
};

/** Sessions' worth of waiting for statements at their callers: rate times mean duration (Little's law). */
const waitedFor = (facts: Facts, service: string, of: 'steadyMean' | 'duringMean'): number => {
  const rates = resourcesNamed(facts, 'db.client.operation.rate', service);
  return resourcesNamed(facts, 'db.client.operation.duration.mean', service).reduce((sum, mean) => {
    const rate = rates.find(({ instance }) => instance === mean.instance);
    return sum + Math.max(0, mean[of]) * Math.max(0, rate?.[of] ?? 0);
  }, 0);
};

interface Account {
  /** How many more sessions the callers waited for than in steady, and how many more the database was at work on. */
  waited: number;
  worked: number;
}

/** What callers and the database itself say of the same statements; null where one of them says nothing. */
const accounts = (facts: Facts, service: string): Account | null => {
  const [active] = resourcesNamed(facts, 'postgresql.sessions.active');
  if (!active) return null;
  return {
    waited: waitedFor(facts, service, 'duringMean') - waitedFor(facts, service, 'steadyMean'),
    worked: active.duringMean - active.steadyMean,
  };
};

/** Waits that are smaller prove nothing, sessions. */
const MIN_WAITED = 0.3;
/** The database accounts for the wait when it was at work for this share of it; for less than the other it does not. */
const ITS_OWN = 0.5;
const NOT_ITS_OWN = 0.25;

/** The database itself was busier by about as much as its callers waited more. */
export const databaseWorked = (facts: Facts, service: string): boolean => {
  const account = accounts(facts, service);
  return account !== null && account.waited >= MIN_WAITED && account.worked >= ITS_OWN * account.waited;
};

const notTheDatabase = (facts: Facts, service: string): Reason[] => {
  const account = accounts(facts, service);
  const holds =
    account !== null && account.waited >= MIN_WAITED && account.worked < NOT_ITS_OWN * account.waited;
  return when(holds, () =>
    reason(
      'resource',
      2,
      `${service} waited for ${figure(account!.waited)} more statements at a time, while the database was at work on ${figure(Math.max(0, account!.worked))} more`,
    ),
  );
};

const theWay = (facts: Facts, service: string): Reason[] => {
  const idle = idleStatements(facts, service);
  const holds =
    idle !== null && idle.during > LONGER.times * idle.steady && idle.during - idle.steady > LONGER.seconds;
  return when(holds, () =>
    reason(
      'critical-path',
      1.8,
      `even statements that do nothing (such as BEGIN) took ${took(idle!.during)}${usually(idle!.steady)}`,
    ),
  );
};

/** A login over a free way takes a few milliseconds, on a busy machine some tens; half of what convinces, seconds. */
const SLOW_LOGIN = { from: 0.1, half: 0.2 };

const logins = (facts: Facts, service: string): Reason[] => {
  const [slow] = waitsIn(facts, service, 'connect').filter(({ during }) => during > SLOW_LOGIN.from);
  return when(slow !== undefined, () =>
    reason(
      'critical-path',
      strength(slow!.during - SLOW_LOGIN.from, SLOW_LOGIN.half),
      `opening a connection took ${took(slow!.during)}`,
      { traceIds: slow!.traceIds, from: slow!.from },
    ),
  );
};

/** Another service whose statements to the same kind of database are as fast as ever. */
const others = (facts: Facts, service: string): Reason[] => {
  const means = resourcesNamed(facts, 'db.client.operation.duration.mean');
  const ours = means.some((one) => one.service === service && one.z > MOVED);
  const theirs = means.filter((one) => one.service !== service);
  const fine = [...new Set(theirs.map((one) => one.service))].filter((name) =>
    theirs.every((one) => one.service !== name || one.z <= MOVED),
  );
  return when(ours && fine.length > 0, () =>
    reason('absence', 0.5, `statements of ${fine.join(' and ')} took no longer than before`),
  );
};

/** That the wait was on the way to the database and not in it, as far as telemetry tells. */
export const onTheWay = (facts: Facts, service: string): Reason[] => [
  ...notTheDatabase(facts, service),
  ...theWay(facts, service),
];

/** What goes with a slow way, and would say nothing alone. */
export const goesWithIt = (facts: Facts, service: string): Reason[] => [
  ...logins(facts, service),
  ...others(facts, service),
];

/** Statements that do nothing were as fast as ever. */
export const wayIsFree = (facts: Facts, service: string): boolean => {
  const idle = idleStatements(facts, service);
  return idle !== null && idle.during - idle.steady < LONGER.seconds / 2;
};
