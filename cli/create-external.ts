import { createServiceChaos } from './chaos/create-chaos.ts';
import type { HaltSwitch } from './chaos/halt.ts';
import type { Context } from './commands/context.ts';
import { ExternalStack } from './stack/external/external-stack.ts';
import type { ExternalTarget } from './stack/external-target.ts';
import type { TelemetrySource } from './telemetry/telemetry-source.ts';

/** What is another one on a system that obsctl did not start: the stack, and what can be broken. */
export const createExternal = (
  target: ExternalTarget,
  telemetry: () => Promise<TelemetrySource>,
  halt: HaltSwitch,
): Pick<Context, 'stack' | 'stacks' | 'chaos'> => {
  let source: Promise<TelemetrySource> | undefined;
  const stack = new ExternalStack(target, () => (source ??= telemetry()));
  const chaos = createServiceChaos(stack, halt);
  return { stack: async () => stack, stacks: async () => [stack], chaos: async () => chaos };
};
