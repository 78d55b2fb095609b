import { describe, expect, test } from 'vitest';
import { alertSchema } from '../../../../reports/record/evidence.ts';
import { alertsOf, askAlerts } from './alerts.ts';
import { PrometheusQuestion } from './api.ts';
import type { Labels, Series } from './matrix.ts';
import { asMatrix, everySecond, fakeClient, series } from './series.fixture.ts';

const WINDOW = { from: 100, to: 200 };
const BURN: Labels = { alertname: 'ErrorBudgetBurn', severity: 'page' };

const state = (alertstate: string, from: number, to: number, labels = BURN): Series =>
  series('ALERTS', { ...labels, alertstate }, everySecond(Array(to - from).fill(1), from));

const since = (at: number, from: number, to: number, labels = BURN): Series =>
  series('ALERTS_FOR_STATE', labels, everySecond(Array(to - from).fill(at), from));

const alerts = (all: Series[], now = 1000) =>
  alertsOf(all, WINDOW, now).map((alert) => alertSchema.parse(alert));

describe('an alert', () => {
  test('tells when its expression first held, when it fired and when it ended', () => {
    expect(alerts([state('pending', 120, 130), state('firing', 130, 160), since(119.5, 120, 160)])).toEqual([
      {
        ...{ name: 'ErrorBudgetBurn', labels: { severity: 'page' }, state: 'firing' },
        ...{ activeAt: 119.5, firedAt: 130, endedAt: 160 },
      },
    ]);
  });

  test('that never fired is pending; one that still holds has no end', () => {
    expect(alerts([state('pending', 195, 200)])).toMatchObject([
      { state: 'pending', activeAt: 195, firedAt: null, endedAt: null },
    ]);
    expect(alerts([state('pending', 150, 160)], 161)).toMatchObject([{ endedAt: null }]);
  });

  test('that came up twice is two', () => {
    const all = [
      state('firing', 110, 120),
      state('firing', 150, 170),
      since(110, 110, 120),
      since(149, 150, 170),
    ];
    expect(alerts(all).map(({ activeAt, endedAt }) => [activeAt, endedAt])).toEqual([
      [110, 120],
      [149, 170],
    ]);
  });

  test('of a group that is evaluated less often than most is still one', () => {
    const slow: Labels = { alertname: 'SlowBurn' };
    const every = (seconds: number, times: number[], labels: Labels) =>
      series(
        'ALERTS',
        { ...labels, alertstate: 'firing' },
        times.map((i) => [100 + i * seconds, 1]),
      );
    const often = Array.from({ length: 30 }, (_, i) => i);
    const all = [every(3, often, BURN), every(15, [0, 1, 2, 3, 4], slow)];
    expect(alerts(all).filter(({ name }) => name === 'SlowBurn')).toMatchObject([
      { activeAt: 100, endedAt: 175 },
    ]);
    const twice = [every(3, often, BURN), every(15, [0, 1, 6], slow)];
    expect(alerts(twice).filter(({ name }) => name === 'SlowBurn')).toHaveLength(2);
  });

  test('of before the window is none of it', () => {
    expect(alerts([state('firing', 50, 90)])).toEqual([]);
  });
});

test('of one that fired long before it is asked when that was', async () => {
  const window = { from: 10_000, to: 10_100 };
  const client = fakeClient(({ path }) =>
    path.endsWith('query_range')
      ? asMatrix([state('pending', 8000, 8010), state('firing', 8010, 9700)])
      : asMatrix([state('firing', 9701, 10_100), since(8000, 9701, 10_100)]),
  );
  const [alert] = await askAlerts(new PrometheusQuestion(client, () => {}), window);
  expect(alert).toMatchObject({ activeAt: 8000, firedAt: 8010 });
  expect(client.asked.length).toBe(2);
});
