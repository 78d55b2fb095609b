import { fileURLToPath } from 'node:url';
import { ObsctlError } from '../shared/errors.ts';
import { nearest } from '../shared/nearest.ts';
import { packageRoot } from '../shared/package-root.ts';
import type { ScenarioInfo } from './load-driver.ts';

/** The scenarios by name, in the order in which they are listed. Defaults are those of the script itself. */
const SCENARIOS: ScenarioInfo[] = [
  {
    name: 'smoke',
    aliases: [],
    title: 'Does every path work?',
    model: 'closed',
    defaults: { rate: null, vus: 2, duration: 10 },
    description: 'Two users walk every path of the shop in turn, each request tried once.',
    file: 'smoke.ts',
  },
  {
    name: 'steady',
    aliases: ['load-test'],
    title: 'The everyday mix at a constant rate',
    model: 'open',
    defaults: { rate: 20, vus: null, duration: 60 },
    description: 'Product reads, a quarter orders and some order status, each request tried once.',
    file: 'steady.ts',
  },
  {
    name: 'retry-storm',
    aliases: [],
    title: 'Orders from impatient clients',
    model: 'open',
    defaults: { rate: 15, vus: null, duration: 60 },
    description: 'Orders with short time-outs and up to three attempts: what retries add to a failure.',
    file: 'retry-storm.ts',
  },
  {
    name: 'cache-stampede',
    aliases: [],
    title: 'Nearly everybody asks for one hot key',
    model: 'open',
    defaults: { rate: 40, vus: null, duration: 60 },
    description:
      'Four fifths bestsellers, which the database bears only because a cache answers; else a product.',
    file: 'cache-stampede.ts',
  },
  {
    name: 'spike',
    aliases: [],
    title: 'A sudden crowd: five times the rate in the middle fifth',
    model: 'open',
    defaults: { rate: 20, vus: null, duration: 60 },
    description: 'The everyday mix; the rate is that before and after the crowd.',
    file: 'spike.ts',
  },
  {
    name: 'stress',
    aliases: [],
    title: 'Eight steps, up to eight times the rate',
    model: 'open',
    defaults: { rate: 40, vus: null, duration: 80 },
    description:
      'The everyday mix from impatient clients, past what the shop bears; the rate is that of the first step.',
    file: 'stress.ts',
  },
  {
    name: 'soak',
    aliases: [],
    title: 'The everyday mix for long',
    model: 'open',
    defaults: { rate: 15, vus: null, duration: 600 },
    description: 'A moderate rate for ten minutes: what grows slowly shows.',
    file: 'soak.ts',
  },
];

/** All scenarios, `file` being the script's absolute path. */
export const listScenarios = (): ScenarioInfo[] => {
  const folder = new URL('scenarios/', packageRoot());
  return SCENARIOS.map((scenario) => ({ ...scenario, file: fileURLToPath(new URL(scenario.file, folder)) }));
};

/** The scenario of that name or alias. Throws UNKNOWN_SCENARIO, naming the nearest. */
export const findScenario = (name: string, scenarios: ScenarioInfo[]): ScenarioInfo => {
  const found = scenarios.find((scenario) => scenario.name === name || scenario.aliases.includes(name));
  if (found) return found;
  const names = scenarios.flatMap((scenario) => [scenario.name, ...scenario.aliases]);
  throw new ObsctlError('UNKNOWN_SCENARIO', `There is no scenario "${name}".`, {
    details: [`nearest: ${nearest(name, names).join(', ')}`],
  });
};
