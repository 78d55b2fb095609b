import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunRecord } from '../../reports/record/record.ts';
import { downstreamTimeoutEvidence, quietEvidence } from '../fixtures/evidence/index.ts';
import { judgedRecord } from '../fixtures/evidence/judged.ts';
import { recordOf } from '../fixtures/evidence/record.ts';
import { type Opened, Reader, violationsOf } from './support.ts';

const record = judgedRecord(recordOf(downstreamTimeoutEvidence()));
const spikes = record.findings!.spikes;
const traces = [...new Set(spikes.flatMap(({ examples }) => examples).map(({ traceId }) => traceId))];

const trail = record.findings!.trail.map(({ traceId }) => traceId);

let reader: Reader;
let address: string;

beforeAll(async () => {
  reader = await Reader.start();
  ({ address } = await reader.write(record, 'report'));
});
afterAll(() => reader?.end());

const focused = (page: Page) =>
  page.evaluate(() => document.activeElement?.closest('[id]')?.id ?? document.activeElement?.tagName);

/** Addresses that the marks of the charts lead to. */
const marks = (page: Page, kind: string): Promise<string[]> =>
  page.locator(`.${kind}`).evaluateAll((links) => links.map((link) => link.getAttribute('href')!));

describe('the report in a browser', () => {
  let opened: Opened;
  beforeAll(async () => {
    opened = await reader.open(address);
  });
  afterAll(() => opened.page.context().close());

  test('has every spike as a mark in a chart, which leads to it', async () => {
    const { page } = opened;
    expect(spikes.length).toBeGreaterThan(2);
    const leadTo = await marks(page, 'spike-mark');
    expect(leadTo.sort()).toEqual(spikes.map(({ id }) => `#of-${id}`).sort());
    for (const { id } of spikes) {
      await page.locator(`.spike-mark[href="#of-${id}"]`).click();
      expect(await focused(page)).toBe(`of-${id}`);
      await expect(page.locator(`#of-${id} h3`).innerText()).resolves.toContain(id);
    }
  });

  test('has every example trace as a mark, which leads to its waterfall and its log lines', async () => {
    const { page } = opened;
    expect(traces.length).toBeGreaterThan(3);
    expect([...new Set(await marks(page, 'exemplar-mark'))].sort()).toEqual(
      traces.map((id) => `#trace-${id}`).sort(),
    );
    for (const id of traces) {
      await page.goto(`${address}#top`);
      // By keyboard: marks may lie over each other, where a pointer reaches only the one on top.
      await page.locator(`.exemplar-mark[href="#trace-${id}"]`).first().focus();
      await page.keyboard.press('Enter');
      const trace = page.locator(`#trace-${id}`);
      await trace.locator('.waterfall').waitFor({ state: 'visible' });
      const example = spikes.flatMap(({ examples }) => examples).find(({ traceId }) => traceId === id)!;
      expect(await trace.locator('.waterfall tbody tr').count()).toBe(example.waterfall.length);
      expect(await trace.locator('.waterfall .critical').count()).toBe(
        example.waterfall.flatMap(({ critical }) => critical).length,
      );
      expect(await trace.locator('.waterfall .critical').count()).toBeGreaterThan(0);
      expect(await trace.locator('.logs tbody tr').count()).toBe(example.logs.length);
    }
  });

  test('leads from the evidence for the culprit to every trace that it names', async () => {
    const { page } = opened;
    const named = [
      ...new Set(record.findings!.attribution.suspects[0]!.reasons.flatMap(({ traceIds }) => traceIds)),
    ];
    expect(named.length).toBeGreaterThan(0);
    for (const id of named) {
      await page.locator(`#culprit li a[href="#trace-${id}"]`).first().click();
      await page.locator(`#trace-${id} .waterfall`).waitFor({ state: 'visible' });
    }
  });

  test('shades the time of the fault in every chart', async () => {
    const charts = opened.page.locator('.chart');
    expect(await charts.count()).toBe(4);
    for (const chart of await charts.all()) {
      expect(await chart.locator('.drawing polygon[fill="var(--fault)"]').count()).toBe(1);
      expect(await chart.locator('.shading').innerText()).toContain('downstream-timeout was on');
    }
  });

  test('says the values under the pointer, in all charts at the same time', async () => {
    const { page } = opened;
    const plot = page.locator('.chart .plot').first();
    await plot.scrollIntoViewIfNeeded();
    const box = (await plot.boundingBox())!;
    await page.mouse.move(box.x + box.width * 0.6, box.y + box.height * 0.5);
    const told = await page.locator('.readout').allInnerTexts();
    const times = told.map((text) => /^\+\d+ s \d\d:\d\d:\d\d UTC/.exec(text)?.[0]);
    expect(new Set(times).size).toBe(1);
    expect(times[0]).toBeDefined();
    expect(told[0]).toMatch(/client .*%/);
    expect(told[1]).toMatch(/client .* m?s/);
  });

  test('shows objectives, hypotheses and the comparison with their outcomes', async () => {
    const { page } = opened;
    const outcomes = async (id: string) =>
      (await page.locator(`#${id} tbody .chip`).allInnerTexts()).map((text) => text.trim());
    expect(await outcomes('objectives')).toEqual(['met', 'breached, as allowed', 'breached', 'no data']);
    expect(await outcomes('hypothesis')).toEqual(['held', 'did not hold', 'unknown']);
    expect(await outcomes('comparison')).toEqual(['worse', 'no significant change']);
    expect(await page.locator('.verdict').innerText()).toContain('slo-breach');
  });

  test('lists every section, and each entry leads to one', async () => {
    const entries = await opened.page
      .locator('nav a')
      .evaluateAll((links) => links.map((link) => link.getAttribute('href')!.slice(1)));
    const there = await opened.page
      .locator('main > section[id], header[id]')
      .evaluateAll((all) => all.map(({ id }) => id));
    expect(entries).toEqual(there);
  });

  test('has no link within the page that leads nowhere, and no id twice', async () => {
    const { lost, twice } = await opened.page.evaluate(() => {
      const ids = [...document.querySelectorAll('[id]')].map(({ id }) => id);
      const links = [...document.querySelectorAll('a[href^="#"]')].map((a) =>
        a.getAttribute('href')!.slice(1),
      );
      return {
        lost: links.filter((id) => !ids.includes(id)),
        twice: ids.filter((id, i) => ids.indexOf(id) !== i),
      };
    });
    expect({ lost, twice }).toEqual({ lost: [], twice: [] });
  });

  test('changes its theme by the keyboard', async () => {
    const { page } = opened;
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = await ground();
    await page.locator('#theme').focus();
    await page.keyboard.press('Enter');
    expect(await page.locator('#theme').innerText()).toContain('light');
    await page.keyboard.press('Enter');
    expect(await page.locator('#theme').innerText()).toContain('dark');
    expect(await ground()).not.toBe(light);
  });

  test('opens every trace for print, and closes them again', async () => {
    const { page } = opened;
    await page.goto(`${address}#top`);
    await page.reload();
    const open = () => page.locator('details.trace[open]').count();
    const before = await open();
    expect(before).toBeLessThan(traces.length);
    await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
    expect(await open()).toBe(traces.length + trail.length);
    await page.evaluate(() => dispatchEvent(new Event('afterprint')));
    expect(await open()).toBe(before);
    expect((await page.pdf({ format: 'A4' })).length).toBeGreaterThan(50_000);
  });

  test('said nothing to the console and asked nobody for anything', () => {
    expect(opened.complaints).toEqual([]);
  });
});

describe('for everybody', () => {
  test.each(['light', 'dark'] as const)('axe-core finds nothing in the %s theme', async (colorScheme) => {
    const { page } = await reader.open(address, { colorScheme, bypassCSP: true });
    await page.locator('button[data-open]').click();
    expect(await page.locator('details.trace:not([open])').count()).toBe(0);
    expect(await violationsOf(page)).toEqual([]);
    await page.context().close();
  });

  test('axe-core finds nothing in a narrow window', async () => {
    const { page } = await reader.open(address, { viewport: { width: 390, height: 800 }, bypassCSP: true });
    expect(await violationsOf(page)).toEqual([]);
    await page.context().close();
  });

  test('the first stop of the Tab key leads past the contents', async () => {
    const { page } = await reader.open(address);
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.getAttribute('href'))).toBe('#main');
    await page.context().close();
  });

  test.each([390, 1280])('a window of %d pixels needs no scrolling sideways', async (width) => {
    const { page } = await reader.open(address, { viewport: { width, height: 800 } });
    await page.locator('button[data-open]').click();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    await page.context().close();
  });

  test('a word in a table of a narrow window stays whole', async () => {
    const { page } = await reader.open(address, { viewport: { width: 390, height: 800 } });
    const broken = await page
      .locator('#objectives td code, #objectives th code, .belief code')
      .evaluateAll((all) =>
        all.flatMap((code) => {
          const text = code.textContent!;
          const range = document.createRange();
          return [...text.matchAll(/[^\s-]+/g)]
            .filter(({ 0: word, index }) => {
              range.setStart(code.firstChild!, index);
              range.setEnd(code.firstChild!, index + word.length);
              return range.getClientRects().length > 1;
            })
            .map(([word]) => word);
        }),
      );
    expect(broken).toEqual([]);
    await page.context().close();
  });

  test('in a narrow window the first bars of a waterfall are in sight, and log lines can be read', async () => {
    const { page } = await reader.open(address, { viewport: { width: 390, height: 800 } });
    const bar = page.locator('details.trace[open] .waterfall .bar').first();
    expect((await bar.boundingBox())!.x).toBeLessThan(300);
    const line = page.locator('details.trace[open] .logs .body').first();
    expect((await line.boundingBox())!.width).toBeGreaterThan(250);
    await page.context().close();
  });

  test('it is whole without its script', async () => {
    const { page, complaints } = await reader.open(address, { javaScriptEnabled: false });
    await page.locator('details.trace').nth(1).locator('summary').click();
    await page.locator('details.trace').nth(1).locator('.waterfall').waitFor({ state: 'visible' });
    expect(await page.locator('#theme').isVisible()).toBe(false);
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});

/** A script, a break out of a Markdown table and out of an attribute, and commands of a CI system. */
const POISON =
  '</script><script>window.hit=1</script><img src=x onerror="window.hit=1"> | a | b |\n\n"><svg onload=window.hit=1>\n::error file=a.ts::boom\n::set-env name=A::b\u001b[31m\u202e javascript:window.hit=1 password=hunter2';

const FREE_TEXT = new Set([
  'body',
  'name',
  'service',
  'dependency',
  'scenario',
  'command',
  'message',
  'note',
  'statusMessage',
  'operation',
  'route',
  'method',
  'instance',
  'text',
  'evidence',
  'title',
  'gap',
  'lower',
  'where',
  'detail',
  'what',
  'query',
  'slo',
  'objective',
  'file',
]);

const poisoned = (value: unknown, key = ''): unknown => {
  if (typeof value === 'string') return FREE_TEXT.has(key) ? `${value} ${POISON}` : value;
  if (Array.isArray(value)) return value.map((item) => poisoned(item, key));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, poisoned(item, name)]));
};

describe('hostile telemetry', () => {
  test('is shown, and never acts', async () => {
    const { verdict } = record;
    const hostile = { ...(poisoned(record) as RunRecord), verdict };
    const { address: at, content } = await reader.write(hostile, 'hostile');
    expect(content).not.toContain('hunter2');
    expect(content).not.toMatch(/[\u001b\u202e]|^::/m);
    const { page, complaints } = await reader.open(at);
    await page.locator('button[data-open]').click();
    expect(await page.evaluate(() => 'hit' in globalThis)).toBe(false);
    expect(await page.locator('img, iframe, object, svg[onload], [onerror]').count()).toBe(0);
    expect(await page.locator('script').count()).toBe(2);
    expect(await page.locator('.logs .body').first().innerText()).toContain('<script>window.hit=1</script>');
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});

describe('other runs', () => {
  const failed = {
    ...record,
    ...{ findings: null, completeness: null, load: null, source: null, faults: [], timeline: [], phases: [] },
    ...{ hypothesis: [], objectives: [], comparison: null, scores: [] },
    series: { client: null, red: [], runtime: [] },
    verdict: { name: 'error' as const, exitCode: 9, reasons: ['k6 is gone'] },
  };
  const older = {
    ...record,
    findings: {
      ...record.findings!,
      spikes: spikes.map((spike) => ({
        ...spike,
        examples: spike.examples.map((example) => ({
          ...example,
          waterfall: example.waterfall.map((row) => ({ ...row, critical: [] })),
        })),
      })),
    },
  };
  test.each([
    ['that found nothing', recordOf(quietEvidence(), null)],
    ['that never got anywhere', failed],
    ['of an older version', older],
  ])('one %s has a report, too', async (_name, other) => {
    const { address: at, content } = await reader.write(other, 'other');
    expect(content).not.toMatch(/undefined|NaN|\[object/);
    const { page, complaints } = await reader.open(at, { bypassCSP: true });
    expect(await page.locator('.verdict h2').innerText()).toContain(other.verdict.name);
    expect(await violationsOf(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test('one of ten minutes stays below 3 MB', async () => {
    const durations = { warmUp: 30, steady: 240, fault: 180, recovery: 150 };
    const long = recordOf(downstreamTimeoutEvidence({ durations, rate: 20 }));
    const { address: at, content } = await reader.write(long, 'long');
    expect(long.findings!.series[0]!.points.length).toBeGreaterThan(550);
    expect(Buffer.byteLength(content)).toBeLessThan(3_000_000);
    const { page, complaints } = await reader.open(at);
    expect(await page.locator('.spike-mark').count()).toBe(long.findings!.spikes.length);
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});
