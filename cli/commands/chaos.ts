import type { Command } from 'commander';
import { type FaultDefinition, faults } from '../../service/contract.ts';
import type { Lease } from '../chaos/chaos-driver.ts';
import { findFault, flagOf, planInjection } from '../chaos/injection-plan.ts';
import { formatSeconds, parseDuration } from '../shared/duration.ts';
import { collecting, ObsctlError } from '../shared/errors.ts';
import type { Output } from '../shared/output.ts';
import { addTargetOptions, loose, targetOf } from './arguments.ts';
import type { Context } from './context.ts';

/** Seconds. */
const DEFAULT_LEASE = 60;

const helpPage = (fault: FaultDefinition): string =>
  [
    `\nWhat it does:\n  ${fault.does}`,
    `What you should see:\n  ${fault.expect}`,
    `What it teaches:\n  ${fault.teaches}`,
    `How long it drains after the clear:\n  up to ${fault.drain.seconds} s: ${fault.drain.why}`,
    `Carried by:\n  ${fault.carrier}`,
    `Example:\n  obsctl chaos ${fault.name} --rate 0.3 --duration 60s`,
  ].join('\n\n');

/** Parameters of a fault as options of its command. */
const addParameterOptions = (command: Command, fault: FaultDefinition): void => {
  for (const [key, schema] of Object.entries(fault.parameters.shape)) {
    command.option(`${flagOf(key)} <value>`, (schema as { description?: string }).description ?? '', loose);
  }
};

const leaseLine = (lease: Lease, output: Output): string => {
  const { rate } = lease.state.target;
  const left = formatSeconds(lease.state.expiresIn);
  return `  ${output.style('yellow', lease.fault)} on ${lease.instance}, rate ${rate}, ends by itself in ${left}, ${lease.state.hits} of ${lease.state.eligible} ${faults[lease.fault]?.counts ?? 'requests'} hit  [${lease.id}]`;
};

const inject = async (
  fault: FaultDefinition,
  options: Record<string, unknown>,
  { output, chaos }: Context,
) => {
  const parameters = Object.fromEntries(
    Object.keys(fault.parameters.shape).map((key) => [key, options[key]]),
  );
  const instances = options.replica as string[] | undefined;
  const problems: string[] = [];
  const duration = collecting(problems, () => parseDuration(String(options.duration), '--duration'));
  const target = targetOf(options);
  const plan = collecting(problems, () =>
    planInjection({ fault: fault.name, parameters, target, duration: duration ?? DEFAULT_LEASE, instances }),
  );
  if (!plan || problems.length > 0) {
    throw new ObsctlError('USAGE', `The fault ${fault.name} cannot be injected like that.`, {
      details: problems,
    });
  }
  const leases = await (await chaos()).inject(plan);
  const lines = leases.map((lease) => leaseLine(lease, output));
  output.result(
    leases,
    [
      `${fault.name} is on; read back from ${leases.length} ${leases.length === 1 ? 'replica' : 'replicas'}:`,
      ...lines,
    ].join('\n'),
  );
};

const list = (output: Output): void => {
  const all = Object.values(faults);
  const described = all.map(({ name, title, label, carrier }) => ({ name, title, label, carrier }));
  output.result(described, all.map(({ name, title }) => `  ${name.padEnd(20)} ${title}`).join('\n'));
};

const status = async ({ output, chaos }: Context): Promise<void> => {
  const leases = await (await chaos()).list();
  const text =
    leases.length === 0 ? 'No fault is on.' : leases.map((lease) => leaseLine(lease, output)).join('\n');
  output.result(leases, text);
};

const clear = async (ids: string[], all: boolean, { output, chaos }: Context): Promise<void> => {
  const driver = await chaos();
  const on = await driver.list();
  const unknown = ids.filter((id) => !on.some((lease) => lease.id === id || lease.fault === id));
  if (unknown.length > 0) {
    throw new ObsctlError('USAGE', `No such lease or fault is on: ${unknown.join(', ')}.`, {
      details: [`on now: ${on.map(({ id }) => id).join(', ') || 'none'}`],
    });
  }
  if (ids.length === 0 && !all && on.length > 1) {
    throw new ObsctlError('USAGE', `${on.length} faults are on: name the one to clear, or say --all.`, {
      details: on.map((lease) => leaseLine(lease, output)),
    });
  }
  const chosen =
    ids.length === 0 ? on : on.filter((lease) => ids.includes(lease.id) || ids.includes(lease.fault));
  await driver.clear(chosen);
  if (!(await driver.verify(chosen, 'gone')))
    throw new ObsctlError('NOT_RESTORED', 'A cleared fault is still read back as on.');
  output.result(
    { cleared: chosen.map(({ id }) => id) },
    chosen.length === 0 ? 'No fault was on.' : `${chosen.length} cleared, and read back as gone.`,
  );
};

export const define = (command: Command, context: Context): void => {
  command
    .usage('<fault> [options]')
    .addHelpText(
      'after',
      '\nExamples:\n  obsctl chaos latency --rate 0.3 --ms 800 --duration 60s\n  obsctl chaos status\n  obsctl chaos clear --all\n  obsctl chaos latency --help',
    );
  command
    .command('list')
    .description('the faults there are')
    .action(() => list(context.output));
  command
    .command('status')
    .description('the faults that are on, with their leases')
    .action(() => status(context));
  command
    .command('clear [lease...]')
    .description('end faults now, by lease or by fault name')
    .option('--all', 'every fault on every replica')
    .action((ids: string[], options) => clear(ids, Boolean(options.all), context));
  for (const fault of Object.values(faults)) {
    const sub = command.command(fault.name).description(fault.title).addHelpText('after', helpPage(fault));
    addParameterOptions(sub, fault);
    addTargetOptions(sub)
      .option('--duration <time>', 'the lease: the fault ends by itself after it', `${DEFAULT_LEASE}s`)
      .action((options) => inject(fault, options, context));
  }
  command.argument('[fault]').action((name?: string) => {
    if (name === undefined) command.help();
    findFault(name!);
  });
};
