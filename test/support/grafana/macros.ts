/** What Grafana puts in the place of its macros and of a dashboard's variables. */
export interface Values {
  /** Values of the dashboard's variables by name. */
  variables: Record<string, string>;
  /** Length of what is asked for, and between two points of a graph, seconds. */
  range: number;
  interval: number;
  /** Seconds that `$__rate_interval` stands for. */
  rateInterval: number;
}

const macrosOf = ({ range, interval, rateInterval }: Values): Record<string, string> => ({
  __range: `${range}s`,
  __range_s: String(range),
  __interval: `${interval}s`,
  __interval_ms: String(interval * 1000),
  __auto: `${interval}s`,
  __rate_interval: `${rateInterval}s`,
});

/** `$name` and `${name}`, as Grafana's template service reads them. */
const VARIABLE = /\$\{(\w+)(?::\w+)?\}|\$(\w+)/g;

/** Names of all macros and variables in the text. */
export const variablesIn = (text: string): string[] =>
  [...text.matchAll(VARIABLE)].map(([, braced, bare]) => (braced ?? bare)!);

/** The text as Grafana would send it. Throws where a name stands for nothing. */
export const expand = (text: string, values: Values): string => {
  const known: Record<string, string> = { ...macrosOf(values), ...values.variables };
  return text.replace(VARIABLE, (_, braced, bare) => {
    const value = known[braced ?? bare];
    if (value === undefined) throw new Error(`nothing is known of $${braced ?? bare} in ${text}`);
    return value;
  });
};

/** What Grafana's provisioning makes of a text: `${NAME}` and `$NAME` from the environment, `$$` a plain dollar. */
export const provisioned = (text: string, environment: Record<string, string>): string =>
  text
    .split('$$')
    .map((part) => expand(part, { variables: environment, range: 0, interval: 0, rateInterval: 0 }))
    .join('$');
