import { expect, it } from 'vitest';
import { argumentsOf } from './k6-process.ts';

const script = { name: 'steady', file: '/scenarios/steady.ts', ours: true };
const options = { runId: 'r', baseUrl: 'http://127.0.0.1:1', seed: 3, duration: 20, directory: '/runs/r' };

it('tells k6 where to write, to open no port, and what the scenario must know', () => {
  const line = argumentsOf(script, { ...options, rate: 12.5 });
  expect(line.at(-1)).toBe('/scenarios/steady.ts');
  expect(line).toContain('json=/runs/r/samples.json');
  expect(line[line.indexOf('--address') + 1]).toBe('');
  expect(line.filter((_, i) => line[i - 1] === '--env')).toEqual([
    'BASE_URL=http://127.0.0.1:1',
    'RUN_ID=r',
    'SEED=3',
    'RATE=12.5',
    'DURATION=20',
  ]);
});

it("shows the user's environment to a script of the user's own only, and tells it no more than was said", () => {
  const { duration: _duration, ...unsaid } = options;
  const line = argumentsOf({ ...script, ours: false }, unsaid);
  expect(line).toContain('--include-system-env-vars=true');
  expect(line.join(' ')).not.toMatch(/DURATION|RATE|VUS|RAMP/);
  expect(argumentsOf(script, options)).toContain('--include-system-env-vars=false');
});
