/** What the scenario is told by its environment, with defaults so that it also runs by itself. */

const numberOf = (name: string, fallback: number, minimum: number): number => {
  const text = __ENV[name];
  if (text === undefined || text === '') return fallback;
  const value = Number(text);
  if (Number.isFinite(value) && value >= minimum) return value;
  throw new Error(`${name} must be a number of at least ${minimum}, not "${text}"`);
};

/** Address of the shop without a slash at its end. */
export const baseUrl: string = (__ENV.BASE_URL || 'http://127.0.0.1:8080').replace(/\/+$/, '');

export const seed: number = Math.trunc(numberOf('SEED', 1, 0));

/** RUN_ID, or one made of the time the scenario started, so that runs by hand differ too. */
export const runIdOf = (scenarioStart: number): string => __ENV.RUN_ID || `k6-${scenarioStart}`;

/** Logical requests per second. */
export const rateOr = (fallback: number): number => numberOf('RATE', fallback, 0.02);

export const vusOr = (fallback: number): number => Math.ceil(numberOf('VUS', fallback, 1));

/** Seconds. */
export const durationOr = (fallback: number): number => numberOf('DURATION', fallback, 1);

/** Seconds at the start in which an open model's rate goes up; none by default. */
export const ramp: number = numberOf('RAMP', 0, 0);
