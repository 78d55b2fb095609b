import { charts } from './html/charts.ts';
import { page } from './html/page.ts';
import { sectionsOf } from './html/sections.ts';
import type { Renderer } from './renderer.ts';

/** The report as one page that needs no network, for a browser. It says what the Markdown report says, in the same words. */
export const html: Renderer = async (record) => {
  const drawn = await charts(record);
  return {
    files: [{ path: 'report.html', content: page(record, sectionsOf(record, drawn.section), drawn.data) }],
  };
};
