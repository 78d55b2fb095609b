import { Help } from 'commander';
import { z } from 'zod';
import { faults } from '../../service/contract.ts';
import type { CataloguedFault } from '../chaos/catalogued-fault.ts';
import { flagOf } from '../chaos/injection-plan.ts';
import { presetFor } from '../experiment/presets.ts';
import { labelOf } from './chaos-list.ts';

interface FieldSchema {
  type?: string;
  description?: string;
  minimum?: number;
  exclusiveMinimum?: number;
  maximum?: number;
  default?: unknown;
  enum?: unknown[];
}

export interface ParameterHelp {
  key: string;
  flag: string;
  /** What it is, its bounds and its default. */
  text: string;
  default: unknown;
}

const boundsOf = ({ type, minimum, exclusiveMinimum, maximum, enum: values }: FieldSchema): string => {
  if (values) return `one of ${values.join(', ')}`;
  const whole = type === 'integer' ? 'whole, ' : '';
  const least = exclusiveMinimum === undefined ? minimum : `above ${exclusiveMinimum}`;
  if (least !== undefined && maximum !== undefined) return `${whole}${least} to ${maximum}`;
  return least === undefined ? '' : `${whole}at least ${least}`;
};

/** The fault's own parameters with their bounds, from its schema. */
export const parametersOf = ({ parameters }: CataloguedFault): ParameterHelp[] => {
  const { properties = {} } = z.toJSONSchema(parameters, { io: 'input' });
  return Object.entries(properties as Record<string, FieldSchema>).map(([key, field]) => {
    const standard = field.default === undefined ? '' : `default ${field.default}`;
    const bounds = [boundsOf(field), standard].filter(Boolean).join('; ');
    const text = [field.description ?? '', bounds && `(${bounds})`].filter(Boolean).join(' ');
    return { key, flag: flagOf(key), text, default: field.default };
  });
};

/** One or two parameters with the values that show the fault best. */
const examplesOf = (fault: CataloguedFault): string[] => {
  const preset = presetFor(fault.name);
  const rate = preset.target.rate ?? fault.defaultRate;
  const set = parametersOf(fault).flatMap(({ key, default: standard }) => {
    const value = preset.parameters[key] ?? standard;
    return value === undefined || value === 0 || typeof value === 'object' ? [] : [[key, value] as const];
  });
  const flags = set.slice(0, 2).map(([key, value]) => `${flagOf(key)} ${value}`);
  const sets = set.slice(0, 2).map(([key, value]) => `--set ${key}=${value}`);
  const share = rate === undefined || rate === 1 || fault.share === null ? [] : [`--rate ${rate}`];
  return [
    ['obsctl chaos', fault.name, ...share, ...flags, '--duration 60s'].join(' '),
    ['obsctl run --fault', fault.name, ...share, ...sets].join(' '),
  ];
};

const CARRIERS: Record<string, string> = {
  replica: 'the stack, which does it to one api replica, or to those that --replica names',
  network: 'the stack, in the proxy between api and what --dependency names',
  collector: 'the stack, in the collector',
};

const carriersOf = ({ carrier, carriedBy }: CataloguedFault): string => {
  if (carriedBy === 'service')
    return `every replica of ${carrier}, or those that --replica names; each carries and ends it itself`;
  return CARRIERS[carrier] ?? `the stack, which does it to ${carrier}`;
};

const NEEDS: Record<NonNullable<CataloguedFault['needs']>, string> = {
  redis: 'a real Redis: refused where the cache is in-process (a stack of containers always has one)',
  toxiproxy:
    'Toxiproxy when the stack is brought up: refused where it was not there (obsctl tools install toxiproxy; a stack of containers always has it)',
  collector:
    'the real telemetry (obsctl up --telemetry grafana, or a stack of containers): refused with the embedded one, which has no collector',
};

const SERVICE_FAULTS = Object.keys(faults);

const mixedWith = ({ exclusive, excludes = [] }: CataloguedFault): string[] => {
  const all = SERVICE_FAULTS.every((name) => excludes.includes(name));
  const others = all
    ? [
        ...excludes.filter((name) => !SERVICE_FAULTS.includes(name)),
        'any fault that a replica carries itself',
      ]
    : excludes;
  const alone = exclusive ? ['one at a time at each carrier'] : [];
  return others.length > 0 ? [...alone, `not at the same carrier together with ${others.join(', ')}`] : alone;
};

const section = (title: string, lines: string[], width: number): string => {
  const help = new Help();
  const wrapped = lines.flatMap((line) => help.boxWrap(line, width - 2).split('\n'));
  return [`${title}:`, ...wrapped.map((line) => `  ${line}`)].join('\n');
};

/** What stands below the options in a fault's help, in lines of at most `width`. */
export const helpPage = (fault: CataloguedFault, width: number): string => {
  const sections: [string, string[]][] = [
    ['What it does', [fault.does]],
    ['What you should see', [fault.expect]],
    ['What it teaches', [fault.teaches]],
    ['How long it drains after the clear', [`up to ${fault.drain.seconds} s: ${fault.drain.why}`]],
    ['Carried by', [carriersOf(fault)]],
    ['Needs', fault.needs ? [NEEDS[fault.needs]] : []],
    ['With other faults', mixedWith(fault)],
    ['Ground truth (service/dependency/operation/kind)', [labelOf(fault)]],
    ['Examples', examplesOf(fault)],
  ];
  const filled = sections.filter(([, lines]) => lines.length > 0);
  return `\n${filled.map(([title, lines]) => section(title, lines, width)).join('\n\n')}`;
};
