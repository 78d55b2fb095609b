import { FAULT, GRID, INK, MUTED, PALETTE } from '../charts/theme.ts';

const VARIABLES = new Map([
  [INK, 'var(--ink)'],
  [MUTED, 'var(--muted)'],
  [GRID, 'var(--line)'],
  [FAULT, 'var(--fault)'],
  ...PALETTE.map((color, i): [string, string] => [color, `var(--c${i + 1})`]),
]);

/**
 * A drawing of ours for the page: its colours are those of the reader's theme, light or dark, and what ECharts adds for its
 * own use in a browser is gone, its fonts too.
 */
export const ofTheTheme = (svg: string): string =>
  svg
    .replace(/#[0-9a-f]{6}\b/gi, (color) => VARIABLES.get(color.toLowerCase()) ?? color)
    .replace(/<style[\s\S]*?<\/style>/g, '')
    .replace(
      / (?:style|class|ecmeta_\w+|pointer-events|xml:space|xmlns:xlink|version|baseProfile)="[^"]*"/g,
      '',
    )
    .replace(/^<svg width="\d+" height="\d+"/, '<svg class="drawing" aria-hidden="true"')
    .replace(/>\n+</g, '><')
    .trim();
