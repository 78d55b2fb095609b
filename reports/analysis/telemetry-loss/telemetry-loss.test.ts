import { describe, expect, it } from 'vitest';
import { quietEvidence } from '../../../test/fixtures/evidence/index.ts';
import type { Arrival } from '../../record/completeness.ts';
import type { Evidence, RuntimeSeries } from '../../record/evidence.ts';
import { analyse } from '../index.ts';
import { telemetryLossOf } from './index.ts';

const quiet = quietEvidence();
const { from, to } = quiet.window;
const WHOLE: Omit<Arrival, 'time'> = { spans: 6, whole: true, lines: 1 };

/** A request each half second, as `change` leaves it. */
const arrivals = (change: (time: number) => Partial<Arrival> = () => ({})): Arrival[] =>
  Array.from({ length: Math.floor((to - from) * 2) }, (_, i) => {
    const time = from + i / 2;
    return { time, ...WHOLE, ...change(time) };
  });
const with_ = (sample: Arrival[], runtime: RuntimeSeries[] = []): Evidence => ({
  ...quiet,
  runtime: [...quiet.runtime, ...runtime],
  completeness: { ...quiet.completeness, arrivals: sample },
});
const during = { from: from + 12, to: from + 22 };
const within = (time: number) => time >= during.from && time < during.to;

const series = (name: string, signal: string, value: (t: number) => number): RuntimeSeries => ({
  ...{ name, unit: '{item}/s', service: 'otelcol', instance: 'otelcol', labels: { signal } },
  points: Array.from({ length: Math.floor(to - from) }, (_, i) => [from + i, value(from + i)]),
});

describe('a sample of requests', () => {
  it('shows no loss where all of it is there', () => {
    expect(telemetryLossOf(with_(arrivals()))).toEqual([]);
    expect(telemetryLossOf(quiet)).toEqual([]);
  });

  it('shows traces without parts, from when to when, and how many', () => {
    const odd = (time: number) => within(time) && Math.round(time * 2) % 2 === 0;
    const [loss, ...more] = telemetryLossOf(with_(arrivals((time) => ({ whole: !odd(time) }))));
    expect(more).toEqual([]);
    expect(loss).toMatchObject({ signal: 'traces', where: 'between the services and the store of traces' });
    expect(loss!.from).toBeCloseTo(during.from, 0);
    expect(loss!.to).toBeCloseTo(during.to, -0.5);
    expect(loss!.share).toBeGreaterThan(0.45);
    expect(loss!.detectedAt).toBeGreaterThan(loss!.from);
    // The third one that misses something, once it should have been there.
    expect(loss!.detectedAt).toBe(during.from + 4);
    expect(loss!.evidence[0]).toContain('parts are missing');
  });

  it('shows requests without a line', () => {
    const [loss] = telemetryLossOf(with_(arrivals((time) => (within(time) ? { lines: 0 } : {}))));
    expect(loss).toMatchObject({ signal: 'logs', share: 1 });
    expect(loss!.evidence).toEqual(['Of 20 requests that the client got an answer to, 20 have no log line.']);
  });

  it('says nothing of lines that never name their trace', () => {
    expect(telemetryLossOf(with_(arrivals(() => ({ lines: 0 }))))).toEqual([]);
  });

  it('says nothing of requests whose traces and lines could not be asked', () => {
    expect(telemetryLossOf(with_(arrivals(() => ({ spans: null, whole: false, lines: null }))))).toEqual([]);
    const some = arrivals((time) => (within(time) ? { lines: null } : {}));
    expect(telemetryLossOf(with_(some))).toEqual([]);
  });

  it('takes one or two for accidents, and the last ones for late', () => {
    const twice = arrivals((time) => (time === during.from || time === during.to ? { spans: 0 } : {}));
    expect(telemetryLossOf(with_(twice))).toEqual([]);
    const late = arrivals((time) => (time > to - 2 ? { spans: 0, lines: 0 } : {}));
    expect(telemetryLossOf(with_(late))).toEqual([]);
  });
});

describe('the counters of the pipeline', () => {
  const received = series('telemetry.received.rate', 'logs', () => 100);

  it('show how much was dropped, and where', () => {
    const dropped = series('telemetry.dropped.rate', 'logs', (t) => (within(t) ? 80 : 0));
    const [loss] = telemetryLossOf(with_([], [received, dropped]));
    expect(loss).toMatchObject({ signal: 'logs', where: 'in otelcol, the collector' });
    expect(loss!.share).toBeCloseTo(0.8, 5);
    expect(loss!.text).toContain('80 % of the log lines got lost in otelcol');
    expect([loss!.from, loss!.to]).toEqual([during.from - 1, during.to - 1]);
  });

  it('show what could not be handed on', () => {
    const failed = series('telemetry.export.failed.rate', 'logs', (t) => (within(t) ? 100 : 0));
    expect(telemetryLossOf(with_([], [received, failed]))[0]!.where).toContain('and the store of logs');
  });

  it('are one loss however rarely they are read', () => {
    const rare = (value: number) => (one: RuntimeSeries) => ({
      ...one,
      points: Array.from({ length: 240 }, (_, i): [number, number] => [
        from + i * 15,
        i >= 80 && i < 120 ? value : one.name === 'telemetry.received.rate' ? 100 : 0,
      ]),
    });
    const runtime = [rare(100)(received), rare(50)(series('telemetry.dropped.rate', 'logs', () => 0))];
    const losses = telemetryLossOf({ ...with_([], runtime), window: { from, to: from + 3600 } });
    expect(losses).toMatchObject([{ from: from + 79 * 15, to: from + 119 * 15, share: 0.5 }]);
  });

  it('are those of one collector each', () => {
    const at = (instance: string, one: RuntimeSeries): RuntimeSeries => ({ ...one, instance });
    const runtime = [
      at(
        'big',
        series('telemetry.received.rate', 'logs', () => 1000),
      ),
      at(
        'small',
        series('telemetry.received.rate', 'logs', () => 10),
      ),
      at(
        'big',
        series('telemetry.dropped.rate', 'logs', (t) => (within(t) ? 50 : 0)),
      ),
      at(
        'small',
        series('telemetry.dropped.rate', 'logs', () => 0),
      ),
    ];
    expect(telemetryLossOf(with_([], runtime))).toEqual([]);
  });

  it('show nothing where nobody counted what was received', () => {
    const dropped = series('telemetry.dropped.rate', 'logs', () => 80);
    expect(telemetryLossOf(with_([], [dropped]))).toEqual([]);
  });

  describe('of a pipeline that drops nine of ten all along', () => {
    const noisy = (t: number) => 90 + (Math.round(t) % 3) - 1;
    const sampling = (drop: (t: number) => number) =>
      with_([], [received, series('telemetry.dropped.rate', 'logs', drop)]);

    it('show no loss, and are stated as a sample', () => {
      expect(telemetryLossOf(sampling(noisy))).toEqual([]);
      const { gaps, conclusiveness } = analyse(sampling(noisy));
      const stated = gaps.find(({ text }) => text.includes('drops 90 % of the logs'));
      expect(stated).toMatchObject({ signal: 'logs', decisive: false });
      expect(conclusiveness.reasons.join()).not.toContain('got lost');
    });

    it('show what is lost beyond that', () => {
      const late = { from: to - 12, to: to - 2 };
      const lossy = sampling((t) => (t >= late.from && t < late.to ? 99 : noisy(t)));
      const [loss, ...more] = telemetryLossOf(lossy);
      expect(more).toEqual([]);
      expect([loss!.from, loss!.to]).toEqual([late.from - 1, late.to - 1]);
      expect(loss!.share).toBeCloseTo(0.9, 5);
      expect(loss!.evidence[0]).toContain('more log lines (90 % of what it otherwise hands on)');
    });

    it('show no loss where only the rest of the traffic stops', () => {
      const stops = to - 12;
      const checks = with_(
        [],
        [
          series('telemetry.received.rate', 'logs', (t) => (t < stops ? 100 : 10)),
          series('telemetry.dropped.rate', 'logs', () => 10),
        ],
      );
      expect(telemetryLossOf(checks)).toEqual([]);
    });
  });

  it('show nothing where a batch only waits for its turn', () => {
    const dropped = series('telemetry.dropped.rate', 'logs', (t) => t % 2);
    expect(telemetryLossOf(with_([], [received, dropped]))).toEqual([]);
  });
});

describe('what was counted and what the sample shows', () => {
  const received = series('telemetry.received.rate', 'traces', () => 100);
  const hole = (time: number) => time >= from + 15.5 && time < from + 20.5;
  const sample = arrivals((time) => (hole(time) ? { whole: false } : {}));
  const lost = (seconds: number[]) =>
    series('telemetry.dropped.rate', 'traces', (t) => (seconds.includes(Math.round(t - from)) ? 20 : 0));

  it('are one loss where they lie in the same time', () => {
    const [loss, ...more] = telemetryLossOf(with_(sample, [received, lost([16, 17, 18])]));
    expect(more).toEqual([]);
    expect(loss!.evidence).toHaveLength(2);
    expect(loss).toMatchObject({ of: 'spans', from: from + 15, where: 'in otelcol, the collector' });
  });

  it('are two where they do not', () => {
    const losses = telemetryLossOf(with_(sample, [received, lost([1])]));
    expect(losses.map(({ of, share, from: since }) => [of, share, since - from])).toEqual([
      ['spans', 0.2, 0],
      ["requests' traces", 1, 15.5],
    ]);
    expect(losses.map(({ evidence }) => evidence.length)).toEqual([1, 1]);
  });
});

describe('who vouches for the service', () => {
  const failing = (signal: string) => [
    series('telemetry.received.rate', signal, () => 100),
    series('telemetry.export.failed.rate', signal, () => 100),
  ];
  const textOf = (evidence: Evidence): string => telemetryLossOf(evidence)[0]!.text;

  it('is never the signal that was lost', () => {
    const text = textOf(with_([], failing('metrics')));
    expect(text).toContain('counted by the client all the same');
    expect(textOf(with_([], failing('logs')))).toContain('counted by the client and by its metrics');
  });

  it('is nobody where nothing counted requests meanwhile', () => {
    const blind = { ...with_([], failing('logs')), client: null, red: [] };
    expect(textOf(blind)).toContain('nothing else that was there counted its requests');
  });
});

describe('what is lost', () => {
  const lossy = with_(arrivals((time) => (within(time) ? { lines: 0 } : {})));

  it('keeps the run from being conclusive, naming the signal, and alarms nobody', () => {
    const { conclusiveness, telemetryLoss, spikes, attribution } = analyse(lossy);
    expect(conclusiveness.conclusive).toBe(false);
    expect(conclusiveness.reasons).toContain(telemetryLoss[0]!.text);
    expect(telemetryLoss[0]!.text).toContain('This says nothing of the service: its requests were counted');
    expect([spikes, attribution.status]).toEqual([[], 'nothing']);
  });
});
