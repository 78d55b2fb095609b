import type { Command } from 'commander';
import type { StackStatus } from '../stack/stack.ts';
import { count, ratio } from './arguments.ts';
import { bringUp } from './bring-up.ts';
import type { Context } from './context.ts';
import { addStackOptions } from './stack-options.ts';
import { statusText } from './status-text.ts';

const EXAMPLES = `
Examples:
  obsctl up                         containers where a Docker engine answers, else the local stack
  obsctl up --profile full          with Grafana, MinIO and exporters
  obsctl up --port 8000 --replicas 3
  obsctl up --on local --telemetry grafana
  obsctl up --retry-budget 0.1`;

/** What is said of a stack that was up already. */
const reuseText = ({ components, error }: StackStatus): string =>
  error === null && components.every(({ state }) => state === 'ready')
    ? 'a stack was up already; it is used as it is'
    : 'a stack was up already, but not all of it runs; `obsctl down`, then `obsctl up` starts it anew';

export const define = (command: Command, context: Context): void => {
  const { output } = context;
  addStackOptions(command)
    .option(
      '--port <port>',
      'port of the gateway (where absent: 80 for containers, a free one for the local stack)',
      count('--port', 1, 65535),
    )
    .option('--replicas <n>', 'api replicas', count('--replicas', 1, 8))
    .option(
      '--retry-budget <ratio>',
      "share of api's inventory calls that may be retries, 0 to 1 (no limit where absent)",
      ratio('--retry-budget'),
    )
    .addHelpText('after', EXAMPLES)
    .action(async ({ on, ...options }) => {
      const { port, replicas, retryBudget, telemetry, profile } = options;
      const asked = { port, replicas, retryBudget, telemetry, profile };
      const { status, reused } = await bringUp(context, asked, { on });
      if (reused) output.info(reuseText(status));
      output.result(status, statusText(status, output));
    });
};
