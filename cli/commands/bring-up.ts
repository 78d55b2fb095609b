import type { StackWish } from '../stack/choose-stack.ts';
import type { UpOptions, UpResult } from '../stack/stack.ts';
import type { Context } from './context.ts';
import { watchStack } from './stack-progress.ts';

const whenAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });

/** What a new stack is told to keep for itself: shown this once. */
const showSecrets = ({ output }: Context, secrets: Record<string, string>): void => {
  const names = Object.entries(secrets);
  if (names.length === 0) return;
  output.info('made for this stack and its later starts, and shown this once:');
  for (const [name, value] of names) output.info(`  ${name}=${value}`);
};

/** Brings the stack up and shows how it goes. A Ctrl-C meanwhile takes down what had started, then INTERRUPTED is thrown. */
export const bringUp = async (context: Context, options: UpOptions, wish: StackWish): Promise<UpResult> => {
  const { output, signal } = context;
  const { telemetry, profile } = options;
  const stack = await context.stack({ telemetry, profile, ...wish });
  const up = stack.up(options, watchStack(output));
  try {
    const result = await Promise.race([up, whenAborted(signal)]);
    showSecrets(context, result.secrets ?? {});
    return result;
  } catch (error) {
    if (signal.aborted) {
      up.catch(() => {});
      output.step('taking down what had started');
      await stack.down();
    }
    throw error;
  } finally {
    output.stop();
  }
};
