import { type Command, Option } from 'commander';
import { type Aim, takesAim } from '../../service/contract.ts';
import type { CataloguedFault } from '../chaos/catalogued-fault.ts';
import { loose } from './arguments.ts';
import { shareOf } from './chaos-list.ts';

const SEED = 'same seed, same victims among the same requests, on every replica (default: 1)';
const WHICH = 'which replica, where none is named (default: 1, the last)';
const ROUTE = 'only this route: a template like /products/:id, or a glob (* is one segment, ** anything)';
const QUEUE = 'only jobs of this queue, or of those that fit a glob (* is anything)';

/**
 * Options that aim a fault. Of one fault only what it can take is shown; the rest is refused with the reason, which an
 * unknown option would not have.
 */
export const addTargetOptions = (command: Command, fault?: CataloguedFault): Command => {
  const option = (flags: string, text: string, shown = true, parse?: typeof loose) => {
    const made = new Option(flags, text).hideHelp(!shown);
    return command.addOption(parse ? made.argParser(parse) : made);
  };
  const takes = (aim: Aim) => !fault || takesAim(fault, aim);
  const share = fault ? shareOf(fault) : 'requests';
  const becomes = fault?.scope === 'resource' ? 'that it takes' : 'that become victims';
  const standard = fault ? ` (default: ${fault.defaultRate ?? 1})` : '';
  const onReplicas = !fault || fault.carriedBy === 'service' || fault.carrier === 'replica';
  const rate = `share of the ${share} ${becomes}, above 0 to 1${standard}`;
  option('--rate <ratio>', rate, share !== null, loose);
  option('--route <template>', fault?.scope === 'jobs' ? QUEUE : ROUTE, takes('route'));
  option('--method <method>', 'only this HTTP method', takes('method'));
  option('--header <name=value>', 'only requests with this header', takes('header'));
  option('--replica <name...>', 'only these replicas, e.g. api-1', onReplicas);
  const ofReplica = fault?.carrier === 'replica';
  return option('--seed <n>', ofReplica ? WHICH : SEED, ofReplica || fault?.scope !== 'resource', loose);
};

/** The target options as the admin API wants them. */
export const targetOf = (options: Record<string, unknown>): Record<string, unknown> => {
  const { rate, route, method, header, seed } = options;
  return { rate, route, method: typeof method === 'string' ? method.toUpperCase() : method, header, seed };
};
