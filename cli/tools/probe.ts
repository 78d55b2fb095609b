import { execa } from 'execa';
import type { ToolDefinition } from './tool.ts';

const TIMEOUT_MS = 10_000;

/** The version that the binary at `path` says it is. Throws when it does not run or says none. */
export const versionAt = async (tool: ToolDefinition, path: string): Promise<string> => {
  const result = await execa(path, tool.versionArguments, {
    timeout: TIMEOUT_MS,
    reject: false,
    stdin: 'ignore',
    all: true,
  });
  if (result.failed) throw new Error(`${path} does not run: ${result.shortMessage}`);
  const version = tool.versionIn(result.all);
  if (version === null) throw new Error(`${path} does not say its version`);
  return version;
};

/** Throws unless the binary at `path` is exactly that version. */
export const mustBe = async (tool: ToolDefinition, wanted: string, path: string): Promise<void> => {
  const version = await versionAt(tool, path);
  if (version !== wanted) throw new Error(`${path} is ${version}, not ${wanted}`);
};
