import type { Alert, Evidence } from '../record/evidence.ts';

const identity = ({ name, labels }: Alert): string =>
  JSON.stringify([name, Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1))]);

/** The alert rules that were pending or firing in the window, in the order in which they began. */
export const alertsOf = ({ alerts }: Evidence): Alert[] =>
  [...alerts].sort((a, b) => a.activeAt - b.activeAt || (identity(a) < identity(b) ? -1 : 1));
