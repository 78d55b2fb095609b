import type { Command } from 'commander';
import { count, ratio } from './arguments.ts';
import { bringUp } from './bring-up.ts';
import type { Context } from './context.ts';
import { statusText } from './status-text.ts';
import { addTelemetryOption } from './telemetry-option.ts';

export const define = (command: Command, context: Context): void => {
  const { output } = context;
  addTelemetryOption(command)
    .option('--port <port>', 'port of the gateway (a free one where absent)', count('--port', 1, 65535))
    .option('--replicas <n>', 'api replicas', count('--replicas', 1, 8))
    .option(
      '--retry-budget <ratio>',
      "share of api's inventory calls that may be retries, 0 to 1 (no limit where absent)",
      ratio('--retry-budget'),
    )
    .addHelpText(
      'after',
      '\nExamples:\n  obsctl up\n  obsctl up --port 8080 --replicas 3\n  obsctl up --retry-budget 0.1\n  obsctl up --telemetry grafana',
    )
    .action(async ({ port, replicas, retryBudget, telemetry }) => {
      const { status, reused } = await bringUp(context, { port, replicas, retryBudget, telemetry });
      if (reused) output.info('a stack was up already; it is used as it is');
      output.result(status, statusText(status, output));
    });
};
