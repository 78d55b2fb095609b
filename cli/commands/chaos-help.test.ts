import { describe, expect, test } from 'vitest';
import { CATALOGUE } from '../chaos/catalogue.ts';
import type { CataloguedFault } from '../chaos/catalogued-fault.ts';
import { planInjection } from '../chaos/injection-plan.ts';
import { helpPage, parametersOf } from './chaos-help.ts';

const ALL = Object.entries(CATALOGUE);

/** The words after `obsctl chaos FAULT` as parameters and target. */
const typed = (example: string, fault: CataloguedFault) => {
  const flags = [...example.matchAll(/--([a-z-]+) (\S+)/g)].map(
    ([, flag, value]) => [flag!, value!] as const,
  );
  const camel = (flag: string) => flag.replace(/-(.)/g, (_dash, letter) => letter.toUpperCase());
  const number = (value: string) => (Number.isNaN(Number(value)) ? value : Number(value));
  const own = flags.filter(([flag]) => camel(flag) in fault.parameters.shape);
  const rate = flags.find(([flag]) => flag === 'rate');
  return {
    parameters: Object.fromEntries(own.map(([flag, value]) => [camel(flag), number(value)])),
    target: rate ? { rate: Number(rate[1]) } : {},
  };
};

describe.each(ALL)('the help of %s', (name, fault) => {
  const page = helpPage(fault, 100);

  test('says all there is to say, in lines that fit', () => {
    for (const title of ['What it does', 'What you should see', 'What it teaches', 'How long it drains'])
      expect(page).toContain(title);
    expect(page).toContain(`up to ${fault.drain.seconds} s: `);
    expect(page.split('\n').every((line) => line.length <= 100)).toBe(true);
  });

  test('gives the bounds and the default of every parameter', () => {
    for (const { key, text } of parametersOf(fault)) {
      expect(text, key).toMatch(/\((whole, )?(above )?[\d.]+ to [\d.]+(; default .+)?\)$|\(one of /);
    }
  });

  test('gives an example that would be accepted', () => {
    const example = page.split('\n').find((line) => line.startsWith('  obsctl chaos'))!;
    expect(example).toContain(`obsctl chaos ${name} `);
    const { parameters, target } = typed(example, fault);
    expect(planInjection({ fault: name, parameters, target, duration: 60 }).fault).toBe(name);
  });
});
