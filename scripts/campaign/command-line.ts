import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

/** What every campaign of runs can be told. */
export interface CampaignOptions {
  /** Names given to `--only`; empty for all. */
  only: string[];
  /** Where the run folders are kept. */
  out: string;
  resume: boolean;
  tableOnly: boolean;
  dryRun: boolean;
  help: boolean;
}

const flag = { type: 'boolean', default: false } as const;

const countOf = (name: string, said: unknown): number => {
  if (!/^[1-9]\d{0,3}$/.test(String(said)))
    throw new Error(`--${name} ${JSON.stringify(said)}: it must be a whole number from 1 to 9999`);
  return Number(said);
};

/**
 * The options of a campaign whose run folders are kept in `out` if nothing else is said, and the one choice and the counts
 * (with their defaults) that it has of its own. Throws an Error with one plain sentence where they make no sense.
 */
export const parseCampaign = <T extends string, N extends string = never>(
  args: string[],
  out: string,
  choice: { name: string; values: readonly T[]; default: T },
  counts = {} as Record<N, number>,
): CampaignOptions & { choice: T; counts: Record<N, number> } => {
  const numbers = Object.entries<number>(counts);
  const { values } = parseArgs({
    args,
    options: {
      [choice.name]: { type: 'string', default: choice.default },
      ...Object.fromEntries(
        numbers.map(([name, value]) => [name, { type: 'string', default: String(value) } as const]),
      ),
      only: { type: 'string', default: '' },
      out: { type: 'string', default: out },
      resume: flag,
      'table-only': flag,
      'dry-run': flag,
      help: flag,
    },
  });
  const texts: Record<string, string | boolean | undefined> = values;
  const said = texts[choice.name];
  const chosen = choice.values.find((value) => value === said);
  if (!chosen)
    throw new Error(
      `--${choice.name} ${JSON.stringify(said)}: it must be one of ${choice.values.join(', ')}`,
    );
  return {
    choice: chosen,
    counts: Object.fromEntries(numbers.map(([name]) => [name, countOf(name, texts[name])])) as Record<
      N,
      number
    >,
    only: String(values.only).split(',').filter(Boolean),
    out: String(values.out),
    resume: values.resume === true,
    tableOnly: values['table-only'] === true,
    dryRun: values['dry-run'] === true,
    help: values.help === true,
  };
};

/** Throws an Error that says what is known where a name of `--only` is not. */
export const checkOnly = (only: string[], isKnown: (name: string) => boolean, known: string): void => {
  const unknown = only.filter((name) => !isKnown(name));
  if (unknown.length > 0) throw new Error(`--only ${unknown.join(',')}: known are ${known}`);
};

/** The entries that are to run: those not done yet. Throws an Error where some are and `resume` was not said. */
export const toRun = <T>(
  entries: T[],
  {
    resume,
    isDone,
    nameOf,
  }: { resume: boolean; isDone: (entry: T) => boolean; nameOf: (entry: T) => string },
): T[] => {
  const done = entries.filter(isDone);
  if (done.length > 0 && !resume)
    throw new Error(
      `${nameOf(done[0]!)} has run already: --resume runs the others, another --out starts afresh`,
    );
  return entries.filter((entry) => !done.includes(entry));
};

export interface Campaign<T extends CampaignOptions> {
  help: string;
  /** Throws an Error with one plain sentence where the options make no sense. */
  parse: (args: string[]) => T;
  /** One line an entry, as `--dry-run` prints them. */
  plan: (options: T) => string[];
  /** Carries it out; its result is the exit code. Called with the absolute folder of the runs. */
  perform: (options: T, context: CampaignContext) => Promise<number>;
}

export interface CampaignContext {
  /** The project's folder. */
  root: string;
  /** Absolute folder of the runs. */
  out: string;
  /** Aborted by the first Ctrl-C. */
  signal: AbortSignal;
  log: (line: string) => void;
}

/** Exit code of what was ended by Ctrl-C, as shells have it. */
export const INTERRUPTED = 130;

const interruptible = (): AbortSignal => {
  const controller = new AbortController();
  process.once('SIGINT', () => controller.abort());
  process.once('SIGTERM', () => controller.abort());
  return controller.signal;
};

const attempt = async <T>(exitCode: number, work: () => T | Promise<T>): Promise<T | number> => {
  try {
    return await work();
  } catch (error) {
    console.error((error as Error).message);
    return exitCode;
  }
};

/**
 * The `main` of a campaign's script: its exit code is 0, 2 for wrong options, 1 where it could not be carried out, 130
 * where it was interrupted.
 */
export const mainOf =
  <T extends CampaignOptions>({ help, parse, plan, perform }: Campaign<T>) =>
  async (args: string[], root: string): Promise<number> => {
    const log = (line: string) => console.log(line);
    const options = await attempt(2, () => parse(args));
    if (typeof options === 'number') return options;
    if (options.help || options.dryRun) {
      for (const line of options.help ? [help] : plan(options)) log(line);
      return 0;
    }
    return attempt(1, async () => {
      const context = { root, out: resolve(root, options.out), signal: interruptible(), log };
      const code = await perform(options, context);
      if (context.signal.aborted) log('interrupted, and no table written; --resume goes on from here');
      return context.signal.aborted ? INTERRUPTED : code;
    });
  };
