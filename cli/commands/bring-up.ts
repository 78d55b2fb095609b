import type { UpOptions, UpResult } from '../stack/stack.ts';
import type { Context } from './context.ts';
import { watchStack } from './stack-progress.ts';

const whenAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });

/** Brings the stack up and shows how it goes. A Ctrl-C meanwhile takes down what had started, then INTERRUPTED is thrown. */
export const bringUp = async (context: Context, options: UpOptions): Promise<UpResult> => {
  const { output, signal } = context;
  const stack = await context.stack();
  const up = stack.up(options, watchStack(output));
  try {
    return await Promise.race([up, whenAborted(signal)]);
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
