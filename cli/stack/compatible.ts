import { ObsctlError } from '../shared/errors.ts';
import type { StackStatus, UpOptions } from './stack.ts';

/** Port of an address, also where it is the scheme's own. */
const portOf = (url: string): number => Number(new URL(url).port || 80);

/** What is asked for and is not so, one line each. */
const differencesOf = (
  { replicas, endpoints, telemetry, profile, retryBudget }: StackStatus,
  asked: UpOptions,
): string[] => {
  const apis = replicas.filter(({ service }) => service === 'api').length;
  return [
    asked.replicas !== undefined &&
      asked.replicas !== apis &&
      `it has ${apis} api replicas, not ${asked.replicas}`,
    asked.port !== undefined &&
      !(endpoints && portOf(endpoints.baseUrl) === asked.port) &&
      `its gateway is ${endpoints?.baseUrl}`,
    asked.telemetry !== undefined &&
      asked.telemetry !== telemetry &&
      `its telemetry is ${telemetry}, not ${asked.telemetry}`,
    asked.profile !== undefined &&
      asked.profile !== profile &&
      `its profile is ${profile}, not ${asked.profile}`,
    asked.retryBudget !== undefined &&
      asked.retryBudget !== retryBudget &&
      `its retry budget is ${retryBudget ?? 'none'}, not ${asked.retryBudget ?? 'none'}, and can only be set when it starts`,
  ].filter((difference) => difference !== false);
};

/** The stack that is up, where it is as asked for. Throws STACK_BUSY with every difference. */
export const assertCompatible = (status: StackStatus, asked: UpOptions): StackStatus => {
  const details = differencesOf(status, asked);
  if (details.length === 0) return status;
  throw new ObsctlError('STACK_BUSY', 'A stack is up already, and not as asked for.', { details });
};
