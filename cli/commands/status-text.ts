import { formatSeconds } from '../shared/duration.ts';
import type { Output } from '../shared/output.ts';
import type { Endpoints, StackStatus } from '../stack/stack.ts';

const CACHE = {
  redis: 'Redis',
  'in-process': 'in-process (no Redis: set REDIS_URL or install redis-server to have one)',
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

/** The stack as a person reads it. */
export const statusText = (status: StackStatus, output: Output): string => {
  const rows = status.components.map(({ name, state, pid, address, restarts, detail }) => {
    const mark = state === 'ready' ? output.style('green', '●') : output.style('red', '●');
    const extra = [restarts > 0 ? `${restarts} restarts` : '', detail === status.telemetry ? '' : detail]
      .filter(Boolean)
      .join(', ');
    return `  ${mark} ${name.padEnd(12)} ${state.padEnd(10)} pid ${String(pid ?? '-').padEnd(8)} ${address ?? ''} ${extra}`.trimEnd();
  });
  const troubled = status.components.filter(({ state }) => state !== 'ready').map(({ name }) => name);
  const state =
    troubled.length > 0 && status.state === 'ready' ? `degraded (${troubled.join(', ')})` : status.state;
  const up = formatSeconds(Date.now() / 1000 - status.startedAt);
  return [
    `${output.style('bold', `stack ${status.driver}: ${state}`)}, up for ${up}`,
    ...rows,
    `  API        ${status.endpoints?.baseUrl ?? '-'}`,
    `  API docs   ${status.endpoints?.docsUrl ?? '-'}`,
    `  cache      ${CACHE[status.cache]}`,
    `  telemetry  ${TELEMETRY[status.telemetry]}`,
    ...backendLines(status.endpoints),
    ...status.incidents.map(
      ({ instance, detail }) => `  ${output.style('yellow', '!')} ${instance}: ${detail}`,
    ),
  ].join('\n');
};
