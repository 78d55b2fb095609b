/** White ground and mid tones: readable on GitHub's light and dark pages alike. */
export const WIDTH = 900;
export const HEIGHT = 310;
/** Where the plot lies inside the picture, pixels. */
export const PLOT = { left: 60, right: 24, top: 72, bottom: 56 };

export const INK = '#1f2937';
export const MUTED = '#6b7280';
export const GRID = '#e5e7eb';
export const FAULT = '#dc2626';

/** Okabe and Ito's palette, which colour-blind readers can tell apart (https://jfly.uni-koeln.de/color/). */
export const PALETTE = [
  '#0072b2',
  '#d55e00',
  '#009e73',
  '#cc79a7',
  '#56b4e9',
  '#e69f00',
  '#7f7f7f',
  '#332288',
];

/** Names without spaces: ECharts writes them into an attribute unescaped, so they must need no quotes. */
export const FONT = 'Inter, Helvetica, Arial, sans-serif';
