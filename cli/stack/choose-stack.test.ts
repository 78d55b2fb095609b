import { expect, test } from 'vitest';
import { ObsctlError } from '../shared/errors.ts';
import { type Candidate, chooseStack } from './choose-stack.ts';

const absent = new ObsctlError('ENGINE_UNAVAILABLE', 'No Docker engine answers.', { details: ['at all'] });

const candidates = (engine = true): Candidate[] => [
  {
    driver: 'compose',
    probe: async () => {
      if (!engine) throw absent;
    },
  },
  { driver: 'local', probe: async () => {} },
];

const codeOf = (choice: Promise<unknown>) =>
  choice.then(
    () => 'none',
    (error: ObsctlError) => `${error.code}: ${[error.message, ...error.details].join(' ')}`,
  );

test('containers come first where an engine answers', async () => {
  expect(await chooseStack(null, {}, candidates())).toEqual({ driver: 'compose', rejected: [] });
});

test('without an engine it is the local stack, and the reason is told', async () => {
  expect(await chooseStack(null, {}, candidates(false))).toEqual({
    driver: 'local',
    rejected: [{ driver: 'compose', reason: 'No Docker engine answers. at all' }],
  });
});

test('a command may try other drivers only', async () => {
  expect(await chooseStack(null, { order: ['local'] }, candidates())).toEqual({
    driver: 'local',
    rejected: [],
  });
});

test('the stack that is up wins, unless another driver was named', async () => {
  expect((await chooseStack('local', {}, candidates())).driver).toBe('local');
  expect((await chooseStack('compose', { order: ['local'] }, candidates(false))).driver).toBe('compose');
  expect(await codeOf(chooseStack('compose', { on: 'local' }, candidates()))).toMatch(
    /^STACK_BUSY: .*it is a compose stack, not local/,
  );
});

test('what was named is taken, or its own reason is the error', async () => {
  expect((await chooseStack(null, { on: 'local' }, candidates())).driver).toBe('local');
  expect((await chooseStack(null, { on: 'compose' }, candidates())).driver).toBe('compose');
  expect(await codeOf(chooseStack(null, { on: 'compose' }, candidates(false)))).toMatch(
    /^ENGINE_UNAVAILABLE/,
  );
});

test('the embedded telemetry leads to the local stack, and does not go with containers', async () => {
  const { driver, rejected } = await chooseStack(null, { telemetry: 'embedded' }, candidates());
  expect([driver, rejected[0]?.reason]).toEqual(['local', expect.stringContaining('embedded telemetry')]);
  expect(await codeOf(chooseStack(null, { on: 'compose', telemetry: 'embedded' }, candidates()))).toMatch(
    /^USAGE: --telemetry embedded does not go with --on compose/,
  );
});

test('a profile leads to containers: without an engine, that is the reason to tell', async () => {
  expect((await chooseStack(null, { profile: 'full' }, candidates())).driver).toBe('compose');
  expect(await codeOf(chooseStack(null, { profile: 'full' }, candidates(false)))).toMatch(
    /^ENGINE_UNAVAILABLE/,
  );
  expect(await codeOf(chooseStack(null, { on: 'local', profile: 'full' }, candidates()))).toMatch(
    /^USAGE: --profile full does not go with --on local/,
  );
});

test('what goes with no driver is refused with the reason of each', async () => {
  const said = await codeOf(chooseStack(null, { profile: 'full', telemetry: 'embedded' }, candidates()));
  expect(said).toMatch(/^USAGE: .*--on compose: .*--on local: /);
});

test('a bug in a probe is no rejection', async () => {
  const broken = new TypeError('broken');
  const probe = () => Promise.reject(broken);
  await expect(chooseStack(null, {}, [{ driver: 'compose', probe }])).rejects.toBe(broken);
});
