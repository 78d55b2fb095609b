import type { RunRecord } from '../../reports/record/record.ts';
import { type RendererName, renderers } from '../../reports/renderers/index.ts';
import type { RunFolder } from './run-folder.ts';

/** Renders the record into its folder; returns the paths written, the report first. */
export const writeReport = async (
  folder: RunFolder,
  record: RunRecord,
  format: RendererName = 'markdown',
): Promise<string[]> => {
  const { files } = await renderers[format](record);
  for (const { path, content } of files) folder.write(path, content);
  return files.map(({ path }) => path);
};
