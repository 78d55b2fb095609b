import type { Command } from 'commander';
import { CATALOGUE, findFault } from '../chaos/catalogue.ts';
import type { CataloguedFault } from '../chaos/catalogued-fault.ts';
import type { Injection, Lease } from '../chaos/chaos-driver.ts';
import { planInjection } from '../chaos/injection-plan.ts';
import { parseDuration } from '../shared/duration.ts';
import { collecting, ObsctlError } from '../shared/errors.ts';
import { loose } from './arguments.ts';
import { halt } from './chaos-halt.ts';
import { helpPage, parametersOf } from './chaos-help.ts';
import { listFaults } from './chaos-list.ts';
import { leaseTable, showStatus } from './chaos-status.ts';
import type { Context } from './context.ts';
import { addTargetOptions, targetOf } from './target-options.ts';

/** Seconds. */
const DEFAULT_LEASE = 60;

const injectionFrom = (fault: CataloguedFault, options: Record<string, unknown>): Injection => {
  const keys = Object.keys(fault.parameters.shape);
  const parameters = Object.fromEntries(keys.map((key) => [key, options[key]]));
  const instances = options.replica as string[] | undefined;
  const problems: string[] = [];
  const duration = collecting(problems, () => parseDuration(String(options.duration), '--duration'));
  const target = targetOf(options);
  const plan = collecting(problems, () =>
    planInjection({ fault: fault.name, parameters, target, duration: duration ?? DEFAULT_LEASE, instances }),
  );
  if (plan && problems.length === 0) return plan;
  throw new ObsctlError('USAGE', `The fault ${fault.name} cannot be injected like that.`, {
    details: problems,
  });
};

const inject = async (fault: CataloguedFault, options: Record<string, unknown>, context: Context) => {
  const { output, chaos } = context;
  const injection = injectionFrom(fault, options);
  const driver = await chaos();
  await driver.check(injection);
  const leases = await driver.inject(injection);
  const where = leases.map(({ instance }) => instance).join(', ');
  output.result(
    leases,
    `${fault.name} is on, read back from ${where}; it ends by itself.\n${leaseTable(leases, output)}`,
  );
};

/**
 * The leases that are meant. `partial`: not everybody could say what is on. Throws USAGE where a name is unknown, or
 * where it is not clear which one is meant.
 */
const chosenOf = (ids: string[], all: boolean, on: Lease[], partial: boolean): Lease[] => {
  const unknown = ids.filter((id) => !on.some((lease) => lease.id === id || lease.fault === id));
  if (unknown.length > 0 && !partial) {
    throw new ObsctlError('USAGE', `No such lease or fault is on: ${unknown.join(', ')}.`, {
      details: [`on now: ${on.map(({ id }) => id).join(', ') || 'none'}`],
    });
  }
  if (ids.length === 0 && !all && on.length > 1) {
    throw new ObsctlError('USAGE', `${on.length} faults are on: name the one to clear, or say --all.`, {
      details: on.map(({ id, fault, instance }) => `${fault} on ${instance}: ${id}`),
    });
  }
  return ids.length === 0 ? on : on.filter((lease) => ids.includes(lease.id) || ids.includes(lease.fault));
};

/** Ends what can be reached first; then who did not answer is an error, unless nothing of theirs can have been meant. */
export const clear = async (ids: string[], all: boolean, { output, chaos }: Context): Promise<void> => {
  const driver = await chaos();
  const { on, silent } = await driver.look();
  const chosen = chosenOf(ids, all, on, silent.length > 0);
  if (all && ids.length === 0) await driver.clearAll();
  else await driver.clear(chosen);
  if (!(await driver.verify(chosen, 'gone')))
    throw new ObsctlError('NOT_RESTORED', 'A cleared fault is still read back as on.');
  const exact = ids.length > 0 && ids.every((id) => chosen.some((lease) => lease.id === id));
  if (silent.length > 0 && !exact) throw silent[0];
  output.result(
    { cleared: chosen.map(({ id }) => id) },
    chosen.length === 0 ? 'No fault was on.' : `${chosen.length} cleared, and read back as gone.`,
  );
};

/** Of a help page: longer lines are hard to read. */
const MAX_WIDTH = 100;

const EXAMPLES = `
Examples:
  obsctl chaos list
  obsctl chaos latency --help
  obsctl chaos latency --rate 0.3 --ms 800 --duration 60s
  obsctl chaos error --replica api-1 --route '/products/*' --method GET
  obsctl chaos status --watch
  obsctl chaos clear --all
  obsctl chaos halt`;

const defineFault = (command: Command, fault: CataloguedFault, context: Context): void => {
  const width = Math.min(MAX_WIDTH, process.stdout.columns ?? MAX_WIDTH);
  const sub = command
    .command(fault.name)
    .description(fault.title)
    .addHelpText('after', () => helpPage(fault, width));
  sub.optionsGroup('Of this fault:');
  for (const { flag, text } of parametersOf(fault)) sub.option(`${flag} <value>`, text, loose);
  addTargetOptions(sub.optionsGroup('Where it strikes:'), fault)
    .optionsGroup('How long:')
    .option('--duration <time>', 'the lease: the fault ends by itself after it', `${DEFAULT_LEASE}s`)
    .optionsGroup('Options:')
    .action((options) => inject(fault, options, context));
};

export const define = (command: Command, context: Context): void => {
  command.usage('<fault> [options]').addHelpText('after', EXAMPLES);
  command
    .command('list')
    .description('the faults there are')
    .action(() => listFaults(context.output));
  command
    .command('status')
    .description('the faults that are on, with their leases counting down')
    .option('-w, --watch', 'again each second, until Ctrl-C or until none is on')
    .action(({ watch }) => showStatus(Boolean(watch), context));
  command
    .command('clear [lease...]')
    .description('end faults now, by lease or by fault name')
    .option('--all', 'every fault everywhere')
    .action((ids: string[], options) => clear(ids, Boolean(options.all), context));
  command
    .command('halt')
    .description('end every fault and refuse new ones, also those of a run that is under way')
    .option('--lift', 'let faults be injected again')
    .action((options) => halt(Boolean(options.lift), context));
  for (const fault of Object.values(CATALOGUE)) defineFault(command, fault, context);
  command.argument('[fault]').action((name?: string) => {
    if (name === undefined) command.help();
    findFault(name!);
  });
};
