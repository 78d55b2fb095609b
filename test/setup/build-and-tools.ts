import { execFileSync } from 'node:child_process';
import { installTool } from '../../cli/tools/tools.ts';

/** Integration tests run the built program and real k6: build the one, get the other. */
export const setup = async (): Promise<void> => {
  execFileSync(process.execPath, ['scripts/build.mjs'], { stdio: 'inherit' });
  await installTool('k6', {
    onProgress: ({ way, elapsed, text }) =>
      process.stderr.write(`k6 by ${way}, ${elapsed.toFixed(0)} s: ${text}\n`),
  });
};
