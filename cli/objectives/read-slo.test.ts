import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { ObsctlError } from '../shared/errors.ts';
import { readSlos, shippedSlos } from './find-slo.ts';
import { parseSlo } from './read-slo.ts';

const SHOP = `apiVersion: openslo/v1
kind: SLO
metadata:
  name: shop
spec:
  budgetingMethod: Occurrences
  indicator:
    metadata: { name: success }
    spec:
      ratioMetric:
        good: { metricSource: { type: obsctl, spec: { count: successes } } }
        total: { metricSource: { type: obsctl, spec: { count: requests } } }
  objectives:
    - target: 0.99
`;
const details = (text: string): string[] => {
  try {
    parseSlo(text, 'folder/shop.yaml');
  } catch (error) {
    if (error instanceof ObsctlError && error.code === 'SLO_INVALID') return error.details;
    throw error;
  }
  throw new Error('it is valid');
};

it('reads a ratio, with its defaults', () => {
  expect(parseSlo(SHOP, 'folder/shop.yaml')).toEqual([
    {
      name: 'shop',
      file: 'shop.yaml',
      metric: {
        kind: 'ratio',
        of: { viewpoint: 'client', service: null, operation: null },
        good: { what: 'succeeded' },
      },
      objectives: [{ name: '0.99', target: 0.99, threshold: null, slices: null }],
      phases: ['steady', 'recovery'],
      noData: 'fail',
    },
  ]);
});

it('reads what is shipped: ratios, a threshold in slices of a second, an SLI by its name', () => {
  expect(shippedSlos().length).toBe(readdirSync('scenarios/slo').length);
  const slos = readSlos(shippedSlos());
  expect(slos.map(({ name }) => name)).toEqual([
    'api-availability',
    'api-latency',
    'shop-availability',
    'shop-latency',
  ]);
  expect(slos[0]!.metric).toMatchObject({
    of: { viewpoint: 'server', service: 'api' },
    good: { what: 'succeeded' },
  });
  expect(slos[1]).toMatchObject({
    metric: { kind: 'threshold', indicator: { measure: 'p95' } },
    objectives: [{ threshold: { op: 'lte', value: 0.3 }, slices: { seconds: 1, target: 1 } }],
  });
  expect(slos[3]).toMatchObject({
    metric: { good: { what: 'ended-within', seconds: 0.5 } },
    objectives: [{ target: 0.95 }],
  });
});

it('reads the extensions from annotations, and minutes where OpenSLO has no unit', () => {
  const annotated = SHOP.replace(
    'name: shop\n',
    'name: shop\n  annotations: { obsctl/phases: "fault, recovery", obsctl/no-data: warn, team: "x" }\n',
  )
    .replace('Occurrences', 'Timeslices')
    .replace('- target: 0.99', '- { target: 0.99, timeSliceTarget: 0.9, timeSliceWindow: 2 }');
  expect(parseSlo(annotated, 'a.yaml')).toMatchObject([
    {
      phases: ['fault', 'recovery'],
      noData: 'warn',
      objectives: [{ slices: { seconds: 120, target: 0.9 } }],
    },
  ]);
});

it('says every violation with its line and column', () => {
  const wrong = SHOP.replace('name: shop', 'name: Shop Objectives')
    .replace('count: successes', 'count: hits')
    .replace('target: 0.99', 'target: 99\n      colour: red');
  expect(details(wrong)).toEqual([
    'folder/shop.yaml:4:3 metadata.name: must be lower-case letters, digits and dashes',
    expect.stringMatching(
      /^folder\/shop\.yaml:11:\d+ spec\.indicator\.spec\.ratioMetric\.good\.metricSource\.spec\.count: /,
    ),
    'folder/shop.yaml:14:7 spec.objectives.0.target: must be below 1',
    'folder/shop.yaml:15:7 spec.objectives.0.colour: there is no such key',
  ]);
});

const REFUSED: [string, string, string][] = [
  ['another version', SHOP.replace('openslo/v1', 'openslo/v2alpha'), 'must be openslo/v1'],
  ['another kind', SHOP.replace('kind: SLO', 'kind: Pod'), 'must be one of SLO, SLI'],
  ['another source', SHOP.replace('type: obsctl', 'type: Prometheus'), 'no other metric source'],
  ['both targets', SHOP.replace('target: 0.99', '{ target: 0.99, targetPercent: 99 }'), 'and not both'],
  ['no slices', SHOP.replace('Occurrences', 'Timeslices'), 'is needed with Timeslices'],
  [
    'an op without threshold',
    SHOP.replace('target: 0.99', '{ target: 0.99, op: lte }'),
    'goes with a thresholdMetric',
  ],
  [
    'another population',
    SHOP.replace('count: requests', "count: requests, operation: 'GET /a'"),
    'of the same requests',
  ],
  [
    'an unknown SLI',
    SHOP.replace(/ {2}indicator:[\s\S]*(?= {2}objectives)/, '  indicatorRef: none\n'),
    'there is no SLI of that name',
  ],
  [
    'a mistyped annotation',
    SHOP.replace('name: shop\n', 'name: shop\n  annotations: { obsctl/phase: fault }\n'),
    'there are obsctl/phases',
  ],
  [
    'a phase that there is not',
    SHOP.replace('name: shop\n', 'name: shop\n  annotations: { obsctl/phases: warm-up }\n'),
    'must be a list of',
  ],
  ['no SLO', 'apiVersion: openslo/v1\nkind: Service\nmetadata: { name: a }\n', 'no document of kind SLO'],
  ['broken YAML', 'a: [1,\nb: }', ':2:'],
  ['nothing', '', 'no document of kind SLO'],
  ['a huge file', `# ${'x'.repeat(300_000)}`, 'longer than 256 KiB'],
  ['deep nesting', '['.repeat(100_000), 'nested too deeply'],
];

it.each(REFUSED)('refuses %s', (_what, text, why) => {
  expect(details(text).join('\n')).toContain(why);
});

it('refuses a bomb of aliases', () => {
  const lines = Array.from(
    { length: 12 },
    (_, i) => `l${i + 1}: &l${i + 1} [${Array(9).fill(`*l${i}`).join(', ')}]`,
  );
  expect(details(['l0: &l0 lol', ...lines].join('\n')).join()).toMatch(/alias/i);
});

it('names the nearest where there is no such file', () => {
  expect(() => readSlos(['shopp'])).toThrow(expect.objectContaining({ code: 'USAGE' }));
});
