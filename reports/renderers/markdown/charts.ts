import type { Chart } from '../charts/index.ts';
import { paragraphs } from '../text.ts';

/** The charts, each with a line that says what to look at. */
export const charts = (drawn: Chart[]): string | null =>
  drawn.length === 0
    ? null
    : paragraphs(
        '## Charts',
        'Shaded: while the fault was on. Dashed: where a phase begins. Triangles: where an SLI left its steady state.',
        ...drawn.map(({ file, title }) => `![${title}](${file})`),
      );
