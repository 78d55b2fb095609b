import { Command, CommanderError } from 'commander';
import type { Context } from './commands/context.ts';
import { EXIT, ObsctlError } from './shared/errors.ts';
import { VERSION } from './shared/version.ts';
import type { StackWish } from './stack/choose-stack.ts';
import { asUserError, printBug, printError } from './user-error.ts';

/** A command's file: takes the bare command, adds arguments and one action. */
interface CommandModule {
  define(command: Command, context: Context): void;
}

interface Entry {
  summary: string;
  load(): Promise<CommandModule>;
}

/** Every command. Only the one that is called is loaded. */
const COMMANDS: Record<string, Entry> = {
  demo: {
    summary: 'bring a stack up, break it under load, put it right, report',
    load: () => import('./commands/demo.ts'),
  },
  up: { summary: 'bring a stack up', load: () => import('./commands/up.ts') },
  down: { summary: 'take the stack down and leave nothing', load: () => import('./commands/down.ts') },
  status: { summary: 'say what is up, and how it is', load: () => import('./commands/status.ts') },
  run: {
    summary: 'run an experiment, from its file or by its fault: steady, fault, recovery, report',
    load: () => import('./commands/run.ts'),
  },
  experiment: {
    summary: 'check experiment files, and list those that are shipped',
    load: () => import('./commands/experiment.ts'),
  },
  chaos: { summary: 'inject, list and clear faults', load: () => import('./commands/chaos.ts') },
  load: { summary: 'drive the stack with a k6 scenario', load: () => import('./commands/load.ts') },
  report: {
    summary: 'write the report of a run again, or report on any system (--since)',
    load: () => import('./commands/report.ts'),
  },
  gate: {
    summary: 'judge a saved run by objectives and baseline runs, for CI',
    load: () => import('./commands/gate.ts'),
  },
  compare: {
    summary: 'compare runs of the same experiment',
    load: () => import('./commands/compare.ts'),
  },
  runs: { summary: 'list the runs', load: () => import('./commands/runs.ts') },
  logs: { summary: 'show the logs of the stack', load: () => import('./commands/logs.ts') },
  tools: {
    summary: 'list and install the binaries obsctl drives',
    load: () => import('./commands/tools.ts'),
  },
  doctor: {
    summary: 'check what this machine has and what is missing',
    load: () => import('./commands/doctor.ts'),
  },
};

const EXAMPLES = `
Examples:
  obsctl demo                                            the whole job, end to end
  obsctl up && obsctl chaos latency --rate 0.3 --ms 800 --duration 60s
  obsctl run --fault retry-storm --scenario retry-storm
  obsctl report latest`;

const wantsColor = (argv: string[]): boolean => {
  if (argv.includes('--no-color') || process.env.NO_COLOR) return false;
  return Boolean(process.stdout.isTTY && process.stderr.isTTY) || Boolean(process.env.FORCE_COLOR);
};

const outputOptions = (argv: string[]) => ({
  json: argv.includes('--json'),
  quiet: argv.includes('--quiet') || argv.includes('-q'),
  color: wantsColor(argv),
});

const interruption = new AbortController();

/** First Ctrl-C: stop cleanly. Second: leave at once; leases and the reaper do the rest. */
const listenForInterrupts = (): void => {
  let count = 0;
  const interrupt = () => {
    if (++count > 1) process.exit(EXIT.interrupted);
    process.stderr.write('\nstopping cleanly; press Ctrl-C again to leave at once\n');
    interruption.abort(new ObsctlError('INTERRUPTED', 'Interrupted.'));
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
};

/** Composition: the one place that knows which adapter stands behind a port. */
const createContext = async (argv: string[]): Promise<Context> => {
  const { Output } = await import('./shared/output.ts');
  const output = new Output(outputOptions(argv));
  const { HaltFile } = await import('./chaos/halt.ts');
  const halt = new HaltFile();
  const once = <T>(make: () => Promise<T>): (() => Promise<T>) => {
    let made: Promise<T> | undefined;
    return () => (made ??= make());
  };
  const stacks = once(async () => {
    const { createStacks } = await import('./create-stacks.ts');
    return createStacks((line) => output.info(line));
  });
  const context: Context = {
    output,
    signal: interruption.signal,
    stack: async (wish?: StackWish) => (await stacks()).choose(wish),
    stacks: async () => (await stacks()).all(),
    stackChecks: async () => (await stacks()).checks(),
    chaos: once(async () => {
      const { createChaos } = await import('./chaos/create-chaos.ts');
      const stack = await (await stacks()).choose();
      return createChaos(stack, (options) => stack.guardSocket(options), halt);
    }),
    halt,
    load: once(async () => {
      const { k6LoadDriver } = await import('./load/k6-load-driver.ts');
      const { installTool } = await import('./tools/tools.ts');
      const { toolProgressText } = await import('./tools/progress-text.ts');
      return k6LoadDriver({
        // Found once: after a Ctrl-C the undo still needs k6 for its probe, and must not be told that it was interrupted.
        binary: once(() =>
          installTool('k6', {
            onProgress: (progress) => output.step(toolProgressText(progress)),
            signal: interruption.signal,
          }),
        ),
      });
    }),
    telemetryAt: async (access) => {
      const grafana = await import('./telemetry/grafana/grafana-telemetry-source.ts');
      return grafana.createGrafanaTelemetrySource(access);
    },
    annotatorAt: async (access) => {
      const { createGrafanaAnnotator } = await import('./telemetry/grafana/grafana-annotator.ts');
      return createGrafanaAnnotator(access);
    },
    guard: once(async () => (await import('./stack/local/reaper.ts')).startReaper()),
    onto: async (target, access) => {
      const { createExternal } = await import('./create-external.ts');
      return { ...context, ...createExternal(target, () => context.telemetryAt(access), halt) };
    },
  };
  return context;
};

const addGlobalOptions = (command: Command): Command =>
  command
    .option('--json', 'print the result as JSON')
    .option('-q, --quiet', 'print nothing but the result')
    .option('--no-color', 'no colours (NO_COLOR is honoured too)');

const buildProgram = async (argv: string[]): Promise<Command> => {
  const program = new Command('obsctl')
    .description(
      'Breaks an instrumented platform on purpose under load, and proves from telemetry alone what broke.',
    )
    .version(VERSION, '-V, --version')
    .addHelpText('after', EXAMPLES)
    .exitOverride()
    .configureOutput({ outputError: () => {} });
  const called = argv.filter((word) => !word.startsWith('-') && word !== 'help')[0];
  let context: Context | undefined;
  for (const [name, { summary, load }] of Object.entries(COMMANDS)) {
    const command = program.command(name).description(summary);
    if (name !== called) continue;
    context ??= await createContext(argv);
    const { define } = await load();
    define(command, context);
    const { applyConfig } = await import('./config/apply-config.ts');
    for (const each of [command, ...command.commands]) addGlobalOptions(each);
    applyConfig(command);
  }
  return program;
};

const main = async (argv: string[]): Promise<number> => {
  let program: Command | undefined;
  try {
    program = await buildProgram(argv);
    if (argv.length === 0) program.help();
    await program.parseAsync(argv, { from: 'user' });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    // The help of a command that was called without its sub-command has been shown.
    if (error instanceof CommanderError && error.code === 'commander.help') return EXIT.usage;
    const known = asUserError(error, argv, program);
    if (known) printError(known, outputOptions(argv));
    else printBug(error);
    return known?.exitCode ?? EXIT.bug;
  }
};

/** What is printed into a pipe is written when its reader takes it; leaving before would cut it off. */
const printed = (stream: NodeJS.WriteStream): Promise<void> =>
  new Promise((resolve) => stream.write('', () => resolve()));

listenForInterrupts();
const exitCode = await main(process.argv.slice(2));
await Promise.all([printed(process.stdout), printed(process.stderr)]);
process.exit(exitCode);
