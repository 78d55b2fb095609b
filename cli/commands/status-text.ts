import { formatSeconds } from '../shared/duration.ts';
import type { Output } from '../shared/output.ts';
import type { Endpoints, StackStatus } from '../stack/stack.ts';

const CACHE = {
  redis: 'Redis',
  'in-process': 'in-process (no Redis: set REDIS_URL or install redis-server to have one)',
  unknown: 'not known',
};

/** Where the real telemetry is asked, one line each; none with the embedded one. */
const backendLines = (endpoints: Endpoints | null): string[] => {
  if (!endpoints?.backends) return [];
  const { prometheus, loki, tempo } = endpoints.backends;
  return [
    `             Prometheus ${prometheus}`,
    `             Loki       ${loki}`,
    `             Tempo      ${tempo}`,
    `             OTLP       ${endpoints.otlpUrl}`,
  ];
};

const TELEMETRY = {
  grafana: 'grafana (Prometheus, Loki and Tempo)',
  embedded: 'embedded (`obsctl tools install` brings the real Prometheus, Loki and Tempo)',
};

/** One line of each component, the names in a column. */
const componentLines = ({ components, telemetry }: StackStatus, output: Output): string[] => {
  const width = Math.max(12, ...components.map(({ name }) => name.length));
  return components.map(({ name, state, pid, address, restarts, detail }) => {
    const mark = state === 'ready' ? output.style('green', '●') : output.style('red', '●');
    const extra = [restarts > 0 ? `${restarts} restarts` : '', detail === telemetry ? '' : detail]
      .filter(Boolean)
      .join(', ');
    return `  ${mark} ${name.padEnd(width)} ${state.padEnd(10)} pid ${String(pid ?? '-').padEnd(8)} ${address ?? ''} ${extra}`.trimEnd();
  });
};

const titleOf = ({ driver, profile, state, components, error }: StackStatus): string => {
  const troubled = components.filter((component) => component.state !== 'ready').map(({ name }) => name);
  const named = troubled.length > 0 ? ` (${troubled.join(', ')})` : '';
  const now = state === 'ready' && (error || named) ? `degraded${named}` : state;
  return `stack ${driver}${profile ? ` (${profile})` : ''}: ${now}`;
};

/** The stack as a person reads it. */
export const statusText = (status: StackStatus, output: Output): string => {
  const { endpoints, error } = status;
  const up = formatSeconds(Date.now() / 1000 - status.startedAt);
  return [
    `${output.style('bold', titleOf(status))}, up for ${up}`,
    ...componentLines(status, output),
    ...(error ? [`  ${output.style('red', '!')} ${error}`] : []),
    `  API        ${endpoints?.baseUrl ?? '-'}`,
    `  API docs   ${endpoints?.docsUrl ?? '-'}`,
    ...(endpoints?.grafana ? [`  Grafana    ${endpoints.grafana} (user admin)`] : []),
    `  cache      ${CACHE[status.cache]}`,
    `  telemetry  ${TELEMETRY[status.telemetry]}`,
    ...backendLines(endpoints),
    ...status.incidents.map(
      ({ instance, detail }) => `  ${output.style('yellow', '!')} ${instance}: ${detail}`,
    ),
  ].join('\n');
};
