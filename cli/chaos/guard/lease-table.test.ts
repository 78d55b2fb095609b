import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Journal, readJournal } from '../../shared/journal.ts';
import type { Action, Actions, Subject } from './action.ts';
import type { Moment } from './boot-clock.ts';
import { LeaseJournal } from './lease-journal.ts';
import { LeaseTable } from './lease-table.ts';
import type { Order } from './protocol.ts';

let folder: string;
let path: string;
let now: Moment;
/** Names of what is in effect, and what was in the journal when each action was called. */
let inEffect: Set<string>;
let said: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'obsctl-guard-'));
  path = join(folder, 'guard.ndjson');
  now = { boot: 'a', monotonic: 100, wall: 1000 };
  inEffect = new Set();
  said = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

const types = () => readJournal(path).map(({ type }) => type);
const action = (more: Partial<Action> = {}): Action => ({
  begin: async ({ instance }) => {
    said.push(`begin after ${types().at(-1)}`);
    inEffect.add(instance);
  },
  extend: async () => true,
  end: async ({ instance }) => {
    said.push(`end after ${types().at(-1)}`);
    inEffect.delete(instance);
  },
  inEffect: ({ instance }) => inEffect.has(instance),
  ...more,
});

const every = (one: Action): Actions => ({ pause: one, kill: one, toxic: one, 'collector-loss': one });

const tableWith = (more: Partial<Action> = {}) =>
  new LeaseTable({
    journal: new LeaseJournal(path),
    actions: { ...every(action()), pause: action(more), kill: action(more) },
    clock: () => now,
    processOf: (instance) => (instance === 'nobody' ? undefined : { pid: 7, startedAt: '42' }),
  });
const order = (more: Partial<Order> = {}): Order => ({
  id: 'one',
  fault: 'replica-pause',
  action: 'pause',
  service: 'api',
  instance: 'api-2',
  work: {},
  parameters: {},
  target: { rate: 1, seed: 1 },
  leaseSeconds: 5,
  ...more,
});
const pass = (seconds: number) => {
  now = { ...now, monotonic: now.monotonic + seconds };
};

describe('a lease', () => {
  test('is written down before it is acted on, and before it is ended', async () => {
    const table = tableWith();
    expect(await table.open(order())).toMatchObject({
      instance: 'api-2',
      state: { id: 'one', expiresIn: 5, eligible: 1, hits: 1, injectedAt: 1000 },
    });
    pass(2);
    expect((await table.close('one'))!.state).toMatchObject({ expiresIn: 3, hits: 1 });
    expect(said).toEqual(['begin after opening', 'end after ending']);
    expect(await table.list()).toEqual([]);
    expect(types()).toEqual(['opening', 'ending', 'ended']);
  });

  test('ends when it has run out, not before, and a renewal counts from now', async () => {
    const table = tableWith();
    await table.open(order());
    pass(4);
    await table.expire();
    expect(inEffect).toContain('api-2');
    expect((await table.renew('one', 5))!.state.expiresIn).toBe(5);
    pass(4);
    await table.expire();
    expect(inEffect).toContain('api-2');
    pass(1);
    await table.expire();
    expect([inEffect.size, table.size]).toEqual([0, 0]);
    expect(await table.renew('one', 5)).toBeUndefined();
    expect(await table.close('one')).toBeUndefined();
  });

  test('whose process is whole again cannot be renewed and is over', async () => {
    const table = tableWith({ extend: async () => false });
    await table.open(order());
    expect(await table.renew('one', 5)).toBeUndefined();
    expect(table.size).toBe(0);
  });

  test('that is lost with its process is over, before its time', async () => {
    let lost = false;
    const table = tableWith({ isLost: () => lost });
    await table.open(order());
    await table.expire();
    expect(table.size).toBe(1);
    lost = true;
    await table.expire();
    expect(table.size).toBe(0);
    expect(await table.renew('one', 5)).toBeUndefined();
  });

  test('whose carrier is silent still ends when it has run out', async () => {
    const isLost = vi.fn(() => new Promise<boolean>(() => {}));
    const table = tableWith({ isLost });
    await table.open(order());
    void table.expire();
    void table.expire();
    pass(5);
    await table.expire();
    expect([table.size, inEffect.size, isLost.mock.calls.length]).toEqual([0, 0, 1]);
  });

  test('that cannot be looked at when it is closed is ended at the next look', async () => {
    const seen = vi.fn(async () => true);
    const table = tableWith({ inEffect: seen });
    await table.open(order());
    seen.mockRejectedValueOnce(new Error('no answer'));
    await expect(table.close('one')).rejects.toThrow('no answer');
    await table.expire();
    expect([table.size, inEffect.size]).toEqual([0, 0]);
  });

  test('is about the process of what carries it, and tells the action its work', async () => {
    const begun: Subject[] = [];
    const table = new LeaseTable({
      journal: new LeaseJournal(path),
      actions: every(action({ begin: async (subject) => void begun.push(subject) })),
      clock: () => now,
      processOf: (component) => (component === 'toxiproxy' ? { pid: 8, startedAt: '43' } : undefined),
    });
    const work = { proxy: 'redis' };
    await table.open(order({ instance: 'redis', via: 'toxiproxy', work }));
    expect(begun).toEqual([{ id: 'one', instance: 'redis', process: { pid: 8, startedAt: '43' }, work }]);
    await expect(table.open(order({ id: 'two', instance: 'redis' }))).rejects.toThrow('redis is held by');
    expect(new LeaseJournal(path).left[0]!.order).toMatchObject({ via: 'toxiproxy', work });
  });

  test('that cannot be ended stays open and is tried again', async () => {
    let broken = true;
    const end = vi.fn(async () => {
      if (broken) throw new Error('no answer');
    });
    const table = tableWith({ end });
    await table.open(order());
    await expect(table.close('one')).rejects.toThrow('no answer');
    expect((await table.list())[0]!.state.expiresIn).toBe(0);
    broken = false;
    await table.expire();
    expect(table.size).toBe(0);
  });

  test('ordered twice is one lease, also while it is not known yet what it is about', async () => {
    const processOf = vi.fn(async () => ({ pid: 7, startedAt: '42' }));
    const table = new LeaseTable({
      ...{ journal: new LeaseJournal(path), clock: () => now, processOf, actions: every(action()) },
    });
    await Promise.all([table.open(order()), table.open(order())]);
    expect([table.size, types(), processOf.mock.calls.length]).toEqual([1, ['opening'], 1]);
    const others = [order({ id: 'two' }), order({ id: 'three', instance: 'api-1' })];
    const [second, third] = await Promise.allSettled(others.map((one) => table.open(one)));
    expect([second!.status, third!.status]).toEqual(['rejected', 'fulfilled']);
  });

  test('is refused where another is on, or there is no process; a failed start leaves nothing', async () => {
    const table = tableWith();
    await table.open(order());
    await expect(table.open(order({ id: 'two' }))).rejects.toThrow('api-2 is held by replica-pause already');
    await expect(table.open(order({ id: 'two', instance: 'nobody' }))).rejects.toThrow('no process');
    expect(table.size).toBe(1);
    const failing = new LeaseTable({
      journal: new LeaseJournal(join(folder, 'other')),
      actions: { ...every(action()), pause: action({ begin: () => Promise.reject(new Error('it went')) }) },
      clock: () => now,
      processOf: () => ({ pid: 7, startedAt: '42' }),
    });
    await expect(failing.open(order())).rejects.toThrow('api-2: it went');
    expect(failing.size).toBe(0);
  });
});

describe('an order that is late', () => {
  test('begins nothing where the lease was ended before its turn came', async () => {
    const table = tableWith();
    await table.open(order());
    const closing = table.close('one');
    const again = table.open(order());
    await closing;
    await expect(again).rejects.toThrow('api-2: this lease has ended');
    expect([inEffect.size, table.size]).toEqual([0, 0]);
    expect(types().at(-1)).toBe('ended');
  });

  test('whose beginning and undo both fail is ended at the next look', async () => {
    const end = vi.fn(async () => {}).mockRejectedValueOnce(new Error('no answer'));
    const table = tableWith({ begin: () => Promise.reject(new Error('it went')), end });
    await expect(table.open(order())).rejects.toThrow('it went');
    expect(table.size).toBe(1);
    await table.expire();
    expect(table.size).toBe(0);
  });
});

describe('the next guard', () => {
  test('ends what is open where it cannot write, and begins nothing', async () => {
    await tableWith().open(order());
    mkdirSync(join(`${path}.draft`, 'in the way'), { recursive: true });
    const next = tableWith();
    await expect(next.open(order({ id: 'two', instance: 'api-1' }))).rejects.toThrow('cannot be written');
    await expect(next.renew('one', 5)).rejects.toThrow('cannot be written');
    expect(inEffect).toEqual(new Set(['api-2']));
    pass(5);
    await next.expire();
    expect([inEffect.size, next.size]).toEqual([0, 0]);
  });

  test('ends what it understands of a journal, whatever else is in it', async () => {
    const told = vi.spyOn(console, 'error').mockImplementation(() => {});
    const journal = new Journal(path);
    journal.append('opening', { order: order({ id: 'odd' }), deadline: 'soon' });
    journal.append('opening', {
      order: order(),
      process: { pid: 7, startedAt: '42' },
      injectedAt: 1,
      deadline: now,
    });
    journal.append('renewing', { id: 'one' });
    journal.close();
    expect((await tableWith().list()).map(({ state }) => state.id)).toEqual(['one']);
    expect(told).toHaveBeenCalledTimes(2);
    told.mockRestore();
  });

  test('picks up what was open, with its deadline, and ends what has run out meanwhile', async () => {
    const first = tableWith();
    await first.open(order());
    await first.open(order({ id: 'two', instance: 'api-1' }));
    await first.open(order({ id: 'three', instance: 'worker-1' }));
    await first.renew('two', 60);
    await first.close('three');
    pass(6);
    const next = tableWith();
    expect((await next.list()).map(({ instance, state }) => [instance, state.expiresIn])).toEqual([
      ['api-2', 0],
      ['api-1', 54],
    ]);
    await next.expire();
    expect([...inEffect]).toEqual(['api-1']);
    expect(types()).toEqual(['opening', 'opening', 'ending', 'ended']);
  });

  test('picks up an action of which it is not known whether it was done', () => {
    new LeaseJournal(path).opening({
      order: order(),
      process: { pid: 7, startedAt: '42' },
      injectedAt: 1000,
      deadline: now,
    });
    expect(tableWith().size).toBe(1);
  });

  test('goes by what can be read of a damaged journal', async () => {
    await tableWith().open(order());
    appendFileSync(path, '{"seq":9,"type":"ended","data":{"id":"one"},"sum":"made up"}\n{"torn');
    expect(tableWith().size).toBe(1);
    expect(readFileSync(path, 'utf8')).not.toContain('made up');
  });

  test('ends what was begun after a damaged line, and says which line that is', async () => {
    const said = vi.spyOn(console, 'error').mockImplementation(() => {});
    const before = tableWith();
    await before.open(order());
    await before.open(order({ id: 'two', instance: 'api-1', leaseSeconds: 60 }));
    const lines = readFileSync(path, 'utf8').split('\n');
    writeFileSync(path, [`x${lines[0]}`, ...lines.slice(1)].join('\n'));
    const next = tableWith();
    expect(said).toHaveBeenCalledWith(expect.stringContaining('line 1: it is no complete JSON'));
    await next.expire();
    expect([...inEffect]).toEqual(['api-2']);
    said.mockRestore();
  });

  test('ends all of them at once when it is told to', async () => {
    const table = tableWith();
    await table.open(order());
    await table.open(order({ id: 'two', instance: 'api-1' }));
    await table.endAll();
    expect([table.size, [...inEffect]]).toEqual([0, []]);
  });
});
