import type { RunRecord } from '../../record/record.ts';
import { code, paragraphs, plain, table } from '../text.ts';

const GIB = 1024 ** 3;

/** On what it ran: enough to judge whether another run compares. */
export const environment = ({ environment: env, source }: RunRecord): string => {
  const components = Object.entries(env.components).map(([name, version]) =>
    code(`${name} ${version}`, { table: true }),
  );
  const rows = [
    ['Stack', plain(env.stack)],
    ['Cache', plain(env.cache)],
    ['Telemetry', plain(source ? `${env.telemetry} (${source.detail})` : env.telemetry)],
    [
      'Versions',
      [`obsctl ${env.obsctl}`, `Node ${env.node}`, `k6 ${env.k6}`]
        .map((text) => code(text, { table: true }))
        .join(', '),
    ],
    ['Components', components.join(', ')],
    ['Machine', plain(`${env.platform}, ${env.cpus} CPUs, ${(env.memoryBytes / GIB).toFixed(1)} GiB`)],
  ].filter(([, value]) => value !== '');
  return paragraphs('## Environment', table(['What', 'Which'], rows as string[][]));
};
