/** Texts of PromQL. Source: prometheus.io/docs, "Querying basics". */

const escaped = (text: string): string =>
  text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');

const literally = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** A matcher of a label that has one of the values. */
export const oneOf = (label: string, values: string[]): string =>
  `${label}=~"${escaped(values.map(literally).join('|'))}"`;

/** A selector of the metrics with one of the names, and of what else must match. */
export const selectorOf = (names: string[], matchers: string[] = []): string =>
  `{${[oneOf('__name__', names), ...matchers].join(',')}}`;

/** The selector with more that must match. */
export const narrowedTo = (selector: string, matchers: string[]): string =>
  `${selector.slice(0, -1)},${matchers.join(',')}}`;

/** A duration, seconds, in whole milliseconds. */
export const duration = (seconds: number): string => `${Math.max(1, Math.ceil(seconds * 1000))}ms`;
