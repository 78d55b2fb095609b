import { execFileSync } from 'node:child_process';
import { toolProgressText } from '../../cli/tools/progress-text.ts';
import { installTool } from '../../cli/tools/tools.ts';

/** Builds the program, and gets the real binaries that a suite drives. */
export const prepare = async (tools: string[]): Promise<void> => {
  execFileSync(process.execPath, ['scripts/build.mjs'], { stdio: 'inherit' });
  for (const tool of tools) {
    await installTool(tool, {
      onProgress: (progress) => process.stderr.write(`${toolProgressText(progress)}\n`),
    });
  }
};
