import type { RunRecord } from '../../reports/record/record.ts';
import { type RendererName, renderers } from '../../reports/renderers/index.ts';
import type { RunFolder } from './run-folder.ts';

/** The reports that a run leaves behind: one to read as text, one for a browser. */
const AFTER_A_RUN: RendererName[] = ['markdown', 'html'];

/** Renders the record into its folder in each format; returns the paths written, the first format's report first. */
export const writeReport = async (
  folder: Pick<RunFolder, 'write'>,
  record: RunRecord,
  formats: RendererName[] = AFTER_A_RUN,
): Promise<string[]> => {
  const written: string[] = [];
  for (const format of formats) {
    const { files } = await renderers[format](record);
    for (const { path, content } of files) folder.write(path, content);
    written.push(...files.map(({ path }) => path));
  }
  return written;
};
