import fc from 'fast-check';
import { Counter, Gauge, Histogram, Registry, type RegistryContentType } from 'prom-client';
import { describe, expect, test } from 'vitest';
import { isCumulative, parseExposition } from './openmetrics.ts';

const only = (text: string) => {
  const { samples, malformed } = parseExposition(text);
  expect([samples.length, malformed]).toEqual([1, 0]);
  return samples[0]!;
};

describe('a sample line', () => {
  test.each([
    ['up 1', 'up', {}, 1],
    ['up 1 1760000000.5', 'up', {}, 1],
    ['a{} 2', 'a', {}, 2],
    ['a{b="c",} -2.5e-3', 'a', { b: 'c' }, -0.0025],
    ['a { b = "c" , d = "e" } +Inf', 'a', { b: 'c', d: 'e' }, Number.POSITIVE_INFINITY],
    ['a -Inf', 'a', {}, Number.NEGATIVE_INFINITY],
    ['a NaN', 'a', {}, Number.NaN],
    ['a Nan', 'a', {}, Number.NaN],
    [
      'a{b="quote \\" back \\\\ line \\n other \\x # } ,"} 1',
      'a',
      { b: 'quote " back \\ line \n other \\x # } ,' },
      1,
    ],
  ])('%s', (line, name, labels, value) => {
    expect(only(line)).toMatchObject({ name, labels, value, exemplar: null });
  });

  test('an exemplar has labels, a value and perhaps a time', () => {
    const line = 'h_bucket{le="0.1"} 8 # {trace_id="0af7",span_id="b7"} 0.054 1760000000.25';
    expect(only(line).exemplar).toEqual({
      labels: { trace_id: '0af7', span_id: 'b7' },
      value: 0.054,
      timestamp: 1760000000.25,
    });
    expect(only('c_total 3 1760000000 # {trace_id="x"} 1').exemplar).toMatchObject({
      value: 1,
      timestamp: null,
    });
  });

  test.each([
    'a',
    'a{b="c} 1',
    'a{b=c} 1',
    '{a="b"} 1',
    'a one',
    'a 1 2 3',
    'a 1 # {b="c"}',
    'a{b="c"',
    '1a 1',
    'a 0x10',
  ])('cannot be read: %s', (line) => {
    expect(parseExposition(`good 1\n${line}\nalso_good 2`)).toMatchObject({
      malformed: 1,
      samples: [{ value: 1 }, { value: 2 }],
    });
  });
});

test('types tell what only grows', () => {
  const { types } = parseExposition(
    '# TYPE c counter\n# TYPE h histogram\n# TYPE g gauge\n# TYPE s summary\n# EOF\n',
  );
  const cumulative = ['c_total', 'h_bucket', 'h_sum', 'h_count', 's_count', 'untyped_total'];
  const not = ['g', 'c_created', 's', 'untyped'];
  expect(cumulative.filter((name) => !isCumulative(name, types))).toEqual([]);
  expect(not.filter((name) => isCumulative(name, types))).toEqual([]);
});

test('reads what prom-client writes', async () => {
  const registry = new Registry<RegistryContentType>();
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  const registers = [registry];
  const labelNames = ['route'];
  new Gauge({ name: 'g', help: 'G "quoted" \\ help', registers, labelNames }).set(
    { route: 'a"b\\c\nd' },
    Number.NaN,
  );
  const histogram = new Histogram({
    name: 'h_seconds',
    help: 'h',
    registers,
    labelNames,
    buckets: [1],
    enableExemplars: true,
  });
  histogram.observe({ labels: { route: '/x' }, value: 0.5, exemplarLabels: { trace_id: 'f'.repeat(32) } });
  new Counter({ name: 'c_total', help: 'c', registers }).inc(3);
  const { samples, types, malformed } = parseExposition(await registry.metrics());
  expect(malformed).toBe(0);
  expect(types.get('h_seconds')).toBe('histogram');
  expect(samples.find(({ name }) => name === 'g')!.labels).toEqual({ route: 'a"b\\c\nd' });
  expect(samples.find(({ name }) => name === 'c_total')!.value).toBe(3);
  const bucket = samples.find(({ name, labels }) => name === 'h_seconds_bucket' && labels.le === '1')!;
  expect(bucket).toMatchObject({ value: 1, labels: { route: '/x', le: '1' }, exemplar: { value: 0.5 } });
});

describe('hostile text', () => {
  test('never throws, and every line is a sample, a comment, or counted', () => {
    const pieces = [
      'a',
      '{',
      '}',
      '"',
      '\\',
      '=',
      ',',
      '#',
      ' ',
      '1',
      'NaN',
      'le',
      '_bucket',
      '\t',
      '\r',
      '\u0000',
      '\ud800',
    ];
    const hostile = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(fc.constantFrom(...pieces), { maxLength: 40 }).map((list) => list.join('')),
    );
    fc.assert(
      fc.property(fc.array(hostile), (lines) => {
        const text = lines.join('\n');
        const { samples, malformed } = parseExposition(text);
        const rest = text
          .split('\n')
          .map((line) => line.trim())
          .filter((line) => line !== '' && !line.startsWith('#'));
        expect(samples.length + malformed).toBe(rest.length);
      }),
    );
  });

  test('labels come back as they were, whatever they hold', () => {
    const escaped = (value: string) =>
      value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
    const name = fc.stringMatching(/^[a-z][a-z0-9_]{0,8}$/);
    fc.assert(
      fc.property(
        fc.dictionary(name, fc.string({ unit: 'grapheme' })),
        fc.double({ noNaN: true }),
        (labels, value) => {
          const text = Object.entries(labels)
            .map(([key, label]) => `${key}="${escaped(label)}"`)
            .join(',');
          const parsed = parseExposition(`m{${text}} ${value === Number.POSITIVE_INFINITY ? '+Inf' : value}`);
          expect(parsed.samples[0]).toMatchObject({ labels: { ...labels } });
          expect(parsed.samples[0]!.value + 0).toBe(value + 0);
        },
      ),
    );
  });
});
