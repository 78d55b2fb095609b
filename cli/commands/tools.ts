import type { Command } from 'commander';
import { monotonicSeconds } from '../shared/clock.ts';
import { columns } from '../shared/columns.ts';
import { formatSeconds } from '../shared/duration.ts';
import { ObsctlError } from '../shared/errors.ts';
import { NAMED_TOOLS, TOOLS, toolNamed } from '../tools/catalogue.ts';
import { toolProgressText } from '../tools/progress-text.ts';
import type { FoundTool } from '../tools/tool.ts';
import { installTool, listTools, type ToolState } from '../tools/tools.ts';
import type { Context } from './context.ts';

const size = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MiB`;

const originOf = ({ way, origin }: FoundTool): string => (way === 'cache' ? `cache: ${origin}` : way);

const HEAD = ['tool', 'version', 'origin', 'size', 'path'];

const row = ({ name, pinned, purpose, found }: ToolState): string[] =>
  found
    ? [name, found.version, originOf(found), size(found.size), found.path]
    : [name, 'not here', '', '', `${purpose}; \`obsctl tools install ${name}\` gets ${pinned}`];

/** What was there and would not do; that nothing was there needs no line. */
const reasons = ({ found, refusals }: ToolState): string[] =>
  found
    ? []
    : refusals
        .filter(({ reason }) => !reason.startsWith('no '))
        .map(({ way, reason }) => `    ${way}: ${reason}`);

const list = async ({ output }: Context): Promise<void> => {
  const states = await listTools();
  const [head, ...lines] = columns([HEAD, ...states.map(row)]).map((line) => `  ${line}`);
  const table = states.flatMap((state, i) => [lines[i]!, ...reasons(state)]);
  output.result(states, [output.style('dim', head!), ...table].join('\n'));
};

/** Installs one; says so, or what went wrong. Throws only what must end the others too (INTERRUPTED). */
const installOne = async (name: string, { output, signal }: Context): Promise<FoundTool | ObsctlError> => {
  const start = monotonicSeconds();
  try {
    const found = await installTool(name, {
      onProgress: (progress) => output.step(toolProgressText(progress)),
      signal,
    });
    const took = formatSeconds(monotonicSeconds() - start);
    output.info(`  ✓ ${name} ${found.version}, ${originOf(found)}, ${size(found.size)}, ${took}`);
    return found;
  } catch (error) {
    if (!(error instanceof ObsctlError) || error.code !== 'TOOL_UNAVAILABLE') throw error;
    output.warn(`${name}: ${error.details.join('; ')}`);
    return error;
  }
};

const install = async (names: string[], context: Context): Promise<void> => {
  const wanted = names.length > 0 ? names.map((name) => toolNamed(name).name) : TOOLS.map(({ name }) => name);
  const start = monotonicSeconds();
  const found: FoundTool[] = [];
  const failed: string[] = [];
  for (const name of new Set(wanted)) {
    const outcome = await installOne(name, context);
    if (outcome instanceof ObsctlError) failed.push(...outcome.details.map((why) => `${name}: ${why}`));
    else found.push(outcome);
  }
  const lines = found.map(({ name, version, path }) => `  ${name} ${version}: ${path}`);
  const took = `${found.length} of ${new Set(wanted).size} are here, ${formatSeconds(monotonicSeconds() - start)} in all`;
  context.output.result(found, [...lines, took].join('\n'));
  if (failed.length > 0)
    throw new ObsctlError('TOOL_UNAVAILABLE', 'Not every tool could be found, downloaded or built.', {
      details: failed,
    });
};

export const define = (command: Command, context: Context): void => {
  command.addHelpText(
    'after',
    `\nExamples:\n  obsctl tools list\n  obsctl tools install\n  obsctl tools install prometheus loki tempo otelcol\n\nOnly by name: ${NAMED_TOOLS.map(({ name }) => name).join(', ')}`,
  );
  command
    .command('list')
    .description('what is here: version, origin, size')
    .action(() => list(context));
  command
    .command('install [name...]')
    .description(
      'all, or those named: PATH, cache, release archive, Go build or PyPI, the first way that works',
    )
    .action((names: string[]) => install(names, context));
};
