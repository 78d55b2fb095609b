import { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { addSinceOptions, planFor, refuseWithoutSince, refuseWithSince } from './report-since.ts';

const NOW = 1_800_000_000.7;
const options = { since: '15m', service: 'shop', out: 'runs' };

describe('the window', () => {
  test('is the last of that length, whole seconds, and the reference as long before it', () => {
    expect(planFor(options, NOW)).toMatchObject({
      service: 'shop',
      window: { from: 1_799_999_100, to: 1_800_000_000 },
      reference: { from: 1_799_998_200, to: 1_799_999_100 },
    });
  });

  test('may end earlier, begin at a time, and have a reference of its own length', () => {
    const until = '2027-01-15T08:00:00+00:00';
    const { window, reference } = planFor(
      { ...options, since: '2027-01-15T07:50:00Z', until, baselineWindow: '30m' },
      NOW + 1000,
    );
    expect(window).toEqual({ from: 1_800_000_000 - 600, to: 1_800_000_000 });
    expect(reference.from).toBe(1_800_000_000 - 600 - 1800);
    expect(planFor({ ...options, until: '1799999999' }, NOW).window.to).toBe(1_799_999_999);
  });

  test.each([
    [{ since: 'yesterday' }, /--since "yesterday" is no duration/],
    [{ since: '5s' }, /--since: the window would be 5 s long; it must be from 60 s to 6 h/],
    [{ since: '2027-01-15T08:00:30Z' }, /--since: the window would be -30 s long/],
    [{ since: '' }, /--since/],
    [{ since: '2027-01-15T07:50:00' }, /--since/],
    [{ until: '2027-01-15T07:50:00' }, /--until .* is no time/],
    [{ until: 'noon' }, /--until "noon" is no time/],
    [{ until: '2100-01-01T00:00:00Z' }, /--until .* lies in the future/],
    [{ baselineWindow: '7h' }, /--baseline-window: the window would be 25200 s/],
    [{ service: undefined }, /--service <name> is missing/],
  ])('%j is refused', (change, why) => {
    expect(() => planFor({ ...options, ...change } as typeof options, NOW)).toThrow(
      expect.objectContaining({ code: 'USAGE', details: [expect.stringMatching(why)] }),
    );
  });

  test('all that is wrong is said at once', () => {
    expect(() => planFor({ since: 'x', until: 'y', out: '' }, NOW)).toThrow(
      expect.objectContaining({ details: [expect.anything(), expect.anything(), expect.anything()] }),
    );
  });
});

test('back ends without --since are refused: a saved run needs none', () => {
  const command = addSinceOptions(new Command('report'));
  command.parse(['--prometheus', 'http://p', '--until', 'x'], { from: 'user' });
  expect(() => refuseWithoutSince(command)).toThrow('--until and --prometheus need --since');
  const without = addSinceOptions(new Command('report'));
  without.parse([], { from: 'user' });
  expect(() => refuseWithoutSince(without)).not.toThrow();
});

test('what --since would leave undone is refused beside it', () => {
  const parsed = (...given: string[]) => {
    const command = addSinceOptions(new Command('report'))
      .argument('[run-id]', '', 'latest')
      .option('--format <name>', '', 'markdown')
      .option('--reanalyse');
    return command.parse(['--since', '15m', ...given], { from: 'user' });
  };
  expect(() => refuseWithSince(parsed())).not.toThrow();
  expect(() => refuseWithSince(parsed('latest', '--format', 'json', '--reanalyse'))).toThrow(
    '--format and --reanalyse and a run id cannot stand beside --since',
  );
});
