import { describe, expect, it } from 'vitest';
import type { Spike, TelemetryLoss } from '../../../reports/record/findings.ts';
import type { RunRecord } from '../../../reports/record/record.ts';
import { matrixOf } from '../../../scripts/matrix/main.ts';
import { readme } from '../../../scripts/matrix/markdown.ts';
import { rowOf } from '../../../scripts/matrix/row.ts';
import { tableOf } from '../../../scripts/matrix/table.ts';
import { poolAttribution, suspect, unknownAttribution } from '../../fixtures/evidence/attribution.ts';
import { entry, record, result, score } from './fixture.ts';

const rows = (...results: ReturnType<typeof result>[]) =>
  results.map(({ outcome, record: of }) => rowOf(outcome, of));
const table = (...results: ReturnType<typeof result>[]) => tableOf(rows(...results), 'unseen');
const share = (of: ReturnType<typeof table>, i: number) => [
  of.figures[i]!.rate?.hits,
  of.figures[i]!.rate?.n,
  of.figures[i]!.met,
];

const findings = (attribution: ReturnType<typeof poolAttribution>): Partial<RunRecord> => ({
  findings: { ...record().findings!, attribution },
});
const wrong = {
  ...findings(poolAttribution({ suspects: [suspect({ kind: 'lock' }), suspect({ lower: 'less of it' })] })),
  scores: [score({ rank: 2, timeToAttribute: null })],
};
const undetected = { scores: [score({ detected: false, rank: null, timeToDetect: null })] };
const invisible = { scores: [score({ clientSaw: false })] };

describe('figures', () => {
  it('count what the client saw, right or not, detected or not', () => {
    const of = table(result(), result({}, wrong), result({}, undetected), result({}, invisible));
    expect(share(of, 0)).toEqual([2, 3, false]);
    expect(share(of, 1)).toEqual([1, 3, false]);
    expect(share(of, 2)).toEqual([2, 3, false]);
    expect(of.figures[4]!.seconds).toEqual({ value: 3, n: 2 });
    expect(of.counts).toMatchObject({ runs: 4, counted: 3, invisible: 1, excluded: 0 });
  });

  it('take a pair for right at first with one of both, within three with both', () => {
    const pair = (ranks: (number | null)[]) =>
      result(
        { faults: ['a', 'b'] },
        { faults: [...record().faults, ...record().faults], scores: ranks.map((rank) => score({ rank })) },
      );
    expect(share(table(pair([3, 1])), 1)).toEqual([1, 1, true]);
    expect(share(table(pair([3, 1])), 2)).toEqual([1, 1, true]);
    expect(share(table(pair([1, null])), 2)).toEqual([0, 1, false]);
    expect(table(pair([1, 2])).confusion).toEqual([]);
  });

  it('leave out what was not healthy before, or never got to the fault, and say so', () => {
    const unmet = { ...record().findings!, baseline: { observed: true, met: false, reasons: ['p95 rose'] } };
    const bad = [
      result({}, { findings: unmet }),
      result({}, { execution: { ...record().execution, status: 'failed', error: 'k6 is gone' } }),
      result({}, { findings: null }),
      result({}, { faults: [{ ...record().faults[0]!, injectedAt: null }] }),
      { ...result(), record: null },
    ];
    const of = table(...bad);
    expect(of.counts).toMatchObject({ runs: 5, counted: 0, excluded: 5 });
    expect(of.figures.map(({ met }) => met)).toEqual([null, null, null, null, null]);
    const page = readme(matrixOf(bad));
    for (const why of ['p95 rose', 'failed: k6 is gone', 'no findings', 'not every fault', 'no record'])
      expect(page).toContain(why);
  });

  it('keep a run that was only not restored', () => {
    const execution = { ...record().execution, restored: false };
    expect(table(result({}, { execution })).counts.counted).toBe(1);
  });

  it('keep the halves apart', () => {
    const of = table(result({ half: 'tuning' }, wrong), result());
    expect(share(of, 1)).toEqual([1, 1, true]);
  });
});

describe('runs without a fault', () => {
  const calm = (spikes: Spike[]) =>
    result(
      { id: 'no-fault-unseen-1', faults: [] },
      { faults: [], scores: [], findings: { ...record().findings!, spikes } },
    );
  const from = record().phases.find(({ name }) => name === 'fault')!.from;
  const alarm = (detectedAt: number, endedAt: number | null): Spike => ({
    ...record().findings!.spikes[0]!,
    detectedAt: from + detectedAt,
    endedAt: endedAt === null ? null : from + endedAt,
  });

  it('are cut into windows of the length of a fault, each alarmed or not', () => {
    // 36 s after the steady phase: two whole windows.
    expect(rows(calm([]))[0]).toMatchObject({ windows: 2, alarmed: 0 });
    expect(rows(calm([alarm(3, 5)]))[0]!.alarmed).toBe(1);
    expect(rows(calm([alarm(3, 5), alarm(6, 9)]))[0]!.alarmed).toBe(1);
    expect(rows(calm([alarm(3, 16)]))[0]!.alarmed).toBe(2);
    expect(rows(calm([alarm(3, null)]))[0]!.alarmed).toBe(2);
    expect(rows(calm([alarm(31, 33)]))[0]!.alarmed).toBe(0);
  });

  it('are alarmed by lost telemetry too, which is an answer of its own', () => {
    const loss: TelemetryLoss = {
      ...{ signal: 'logs', from: from + 3, to: from + 5, detectedAt: from + 4, share: 1 },
      ...{ where: 'there', text: '', evidence: [] },
    };
    const lossy = {
      ...record().findings!,
      spikes: [],
      attribution: poolAttribution({ status: 'nothing', suspects: [] }),
      telemetryLoss: [loss],
    };
    const [row] = rows(
      result({ id: 'no-fault-unseen-1', faults: [] }, { faults: [], scores: [], findings: lossy }),
    );
    expect(row).toMatchObject({ windows: 2, alarmed: 1, answer: 'loss' });
    expect(rows(result({}, { findings: { ...lossy, attribution: poolAttribution() } }))[0]!.answer).toBe(
      'pool',
    );
  });

  it('count by window, and in no other rate', () => {
    const of = table(calm([]), calm([alarm(3, 5)]));
    expect(share(of, 3)).toEqual([1, 4, false]);
    expect(share(of, 0)).toEqual([0, 0, null]);
  });
});

describe('confusion matrix', () => {
  it('has the truth in its rows and the first answer in its columns', () => {
    const unknown = { ...findings(unknownAttribution()), scores: [score({ rank: 2 })] };
    const elsewhere = {
      ...findings(poolAttribution({ suspects: [suspect({ service: 'worker' })] })),
      scores: [score({ rank: null })],
    };
    const { answers, confusion } = table(
      result(),
      result({}, wrong),
      result({}, unknown),
      result({}, elsewhere),
    );
    expect(answers).toEqual(['pool', 'lock', 'unknown', 'nothing']);
    expect(confusion).toEqual([
      {
        fault: 'pool-exhaustion',
        kind: 'pool',
        runs: 4,
        right: 1,
        cells: [
          { answer: 'pool', count: 2 },
          { answer: 'lock', count: 1 },
          { answer: 'unknown', count: 1 },
          { answer: 'nothing', count: 0 },
        ],
      },
    ]);
  });
});

describe('page', () => {
  const results = [
    result(),
    result({ id: 'second', seed: 22 }, wrong),
    result({ id: 'third', seed: 23 }, invisible),
    result({ id: 'tuned', half: 'tuning' }),
  ];

  it('comes out the same, byte for byte', () => {
    expect(readme(matrixOf(results))).toBe(readme(matrixOf(results)));
  });

  it('shows what was missed with its reason, and the unseen half first', () => {
    const page = readme(matrixOf(results));
    expect(page).toMatch(/### Missed\n\n- `pool-exhaustion`, seed 22 \(`second`\): First came `api \/ lock`/);
    expect(page).toContain('Of the true one it said: less of it');
    expect(page.indexOf('## The unseen half')).toBeLessThan(page.indexOf('## The half that the rules'));
    expect(page).toMatch(/service and kind right at first rank \| 50 % \| 1 of 2, 9.45 % to 90.5 %/);
    const apart = page.indexOf('### Injections that the client did not see');
    expect(page.indexOf('| 23 | no |')).toBeGreaterThan(apart);
  });

  it('reads well without a single run', () => {
    const page = readme(matrixOf([]));
    expect(page).toContain('There is no run yet.');
    expect(page).not.toMatch(/undefined|NaN|null/);
  });

  it('lets nothing that telemetry says act', () => {
    const poison = '`` | <script>alert(1)</script> ![x](http://evil) password=hunter2 \u001b[31m\n# h1';
    const hostile = suspect({
      service: `api${poison}`,
      kind: 'lock',
      reasons: [{ ...suspect().reasons[0]!, text: poison }],
    });
    const changes = {
      ...findings(poolAttribution({ suspects: [hostile], lacks: [poison] })),
      scores: [score({ rank: null })],
    };
    const page = readme(
      matrixOf(
        [result({}, changes), { ...result({ id: 'failed' }), record: null }].map((one, i) =>
          i === 1 ? { ...one, outcome: { entry: entry({ id: 'failed' }), exitCode: 9, error: poison } } : one,
        ),
      ),
    );
    expect(page).not.toContain('hunter2');
    expect(page).not.toContain('\u001b');
    expect(page).not.toMatch(/^# h1/m);
    const outsideCode = page.replace(/\\[^\s\w]/g, '').replace(/(?<!`)(`+)(?!`)[\s\S]*?(?<!`)\1(?!`)/g, '');
    expect(outsideCode).toContain('&lt;script&gt;');
    expect(outsideCode).not.toMatch(/<script|\]\(http/);
  });
});
