import type { Renderer } from './renderer.ts';

/** The record as it is, pretty printed, for other programs. */
export const json: Renderer = async (record) => ({
  files: [{ path: 'report.json', content: `${JSON.stringify(record, null, 2)}\n` }],
});
