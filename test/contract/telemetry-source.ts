import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { TelemetrySource } from '../../cli/telemetry/telemetry-source.ts';
import {
  exemplarSchema,
  logSchema,
  queryRecordSchema,
  type RedSeries,
  RUNTIME_UNITS,
  redSeriesSchema,
  runtimeSeriesSchema,
  type Span,
  spanSchema,
} from '../../reports/record/evidence.ts';
import { BOUNDS } from './metrics-target.ts';
import type { OtlpEncoding } from './otlp-encode.ts';
import { requestsIn, Scene, type SourceUnderTest, sum } from './scene.ts';

export type { SourceUnderTest } from './scene.ts';

export interface ContractOptions {
  encoding?: OtlpEncoding;
  /** Seconds by which a time or duration of an answer may differ: what the back end rounds away. */
  tolerance?: number;
  /** Seconds until everything sent must be visible. */
  patience?: number;
}

const withoutOwn = (span: Span): Span => ({
  ...span,
  attributes: Object.fromEntries(
    Object.entries(span.attributes)
      .filter(([key]) => !key.startsWith('obsctl.'))
      .map(([key, value]) => [key, key.endsWith('baggage') ? ['tenant=a'] : value]),
  ),
  events: span.events.map((event) => ({
    ...event,
    attributes: Object.fromEntries(
      Object.entries(event.attributes).filter(([key]) => !key.startsWith('obsctl.')),
    ),
  })),
});

/** Registers the tests that every telemetry source must pass on the same traffic. */
export const telemetrySourceContract = (
  name: string,
  makeSource: () => Promise<SourceUnderTest>,
  { encoding = 'protobuf-gzip', tolerance = 1e-6, patience = 30 }: ContractOptions = {},
): void => {
  const scene = new Scene();
  const close = (actual: number, expected: number) =>
    expect(Math.abs(actual - expected)).toBeLessThanOrEqual(tolerance);

  const sameSpan = (actual: Span, sent: Span): void => {
    const { start, duration, events, ...rest } = actual;
    const { start: sentStart, duration: sentDuration, events: sentEvents, ...sentRest } = withoutOwn(sent);
    expect(rest).toEqual(sentRest);
    close(start, sentStart);
    close(duration, sentDuration);
    const bare = (list: Span['events']) => list.map(({ name: event, attributes }) => ({ event, attributes }));
    expect(bare(events)).toEqual(bare(sentEvents));
  };

  describe(`telemetry source: ${name}`, () => {
    beforeAll(async () => scene.set(await makeSource(), encoding, patience), (patience * 2 + 30) * 1000);
    afterAll(() => scene.strike(), 60_000);

    test('is ready and counts what it accepted', async () => {
      const { ready, pipeline } = await scene.source.ready();
      expect(ready).toBe(true);
      expect(pipeline.refused).toBe(0);
      expect(pipeline.rejected).toBe(0);
    });

    test('RED counts every request and every failure, the first of a new series included', async () => {
      const { value } = await scene.source.red(scene.window);
      z.array(redSeriesSchema).parse(value);
      for (const series of value) {
        const sent = scene.requests.filter((r) => r.instance === series.instance && r.route === series.route);
        const total = (of: (point: RedSeries['points'][number]) => number) => sum(series.points.map(of));
        expect(total(({ requests }) => requests)).toBe(sent.length);
        expect(total(({ errors }) => errors)).toBe(sent.filter(({ status }) => status >= 500).length);
        expect(total(({ durationSum }) => durationSum)).toBeCloseTo(
          sum(sent.map(({ duration }) => duration)),
          6,
        );
        expect({ service: series.service, method: series.method }).toEqual({ service: 'api', method: 'GET' });
      }
      expect(requestsIn(value)).toBe(scene.requests.length);
    });

    test('RED has counts per bucket, not cumulative ones', async () => {
      for (const { bounds, points, instance, route } of (await scene.source.red(scene.window)).value) {
        expect(bounds).toEqual(BOUNDS);
        const sent = scene.requests.filter((r) => r.instance === instance && r.route === route);
        const counts = [...bounds, Number.POSITIVE_INFINITY].map(
          (bound, i) =>
            sent.filter(({ duration }) => duration <= bound && duration > (bounds[i - 1] ?? 0)).length,
        );
        expect(counts.map((_, i) => sum(points.map(({ buckets }) => buckets[i]!)))).toEqual(counts);
      }
    });

    test('runtime series have their names, units and values', async () => {
      const { value } = await scene.source.runtime(scene.window);
      z.array(runtimeSeriesSchema).parse(value);
      for (const { name: metric, unit } of value)
        expect(unit).toBe(RUNTIME_UNITS[metric as keyof typeof RUNTIME_UNITS]);
      const lastOf = (metric: string) =>
        value
          .filter((series) => series.name === metric && series.service === 'api')
          .map(({ instance, points }) => [instance, points.at(-1)![1]])
          .sort();
      expect(lastOf('up')).toEqual([
        ['api-1', 1],
        ['api-2', 1],
      ]);
      expect(lastOf('db.client.connection.pending_requests')).toEqual([
        ['api-1', 3],
        ['api-2', 3],
      ]);
    });

    test('every exemplar names a request that was sent, and none comes twice', async () => {
      const { value } = await scene.source.exemplars(scene.window);
      z.array(exemplarSchema).parse(value);
      expect(value.map(({ kind }) => kind)).toContain('error');
      const keys = value.map(
        ({ metric, traceId, time, instance }) => `${metric} ${traceId} ${time} ${instance}`,
      );
      expect(new Set(keys).size).toBe(keys.length);
      for (const exemplar of value) {
        const sent = scene.requests.find(({ traceId }) => traceId === exemplar.traceId)!;
        const { instance, route, method, status, kind, value: size, origin } = exemplar;
        expect({ instance, route, method, status }).toEqual({
          instance: sent.instance,
          route: sent.route,
          method: sent.method,
          status: sent.status,
        });
        expect(size).toBe(kind === 'error' ? 1 : sent.duration);
        expect(origin).toBe('metric');
      }
      expect((await scene.source.missing(value.map(({ traceId }) => traceId))).value).toEqual([]);
    });

    test('traces come whole, by id, and only those that are there', async () => {
      const [first, failed] = [scene.requests[0]!, scene.failed[0]!];
      const { value } = await scene.source.traces([first.traceId, failed.traceId, 'f'.repeat(32)]);
      expect([...value.keys()].sort()).toEqual([first.traceId, failed.traceId].sort());
      for (const request of [first, failed]) {
        const spans = [...value.get(request.traceId)!].sort((a, b) => (a.spanId < b.spanId ? -1 : 1));
        z.array(spanSchema).parse(spans);
        expect(spans.length).toBe(request.spans.length);
        spans.forEach((span, i) => {
          sameSpan(span, request.spans[i]!);
        });
      }
    });

    test('missing names the ids that never came, and can leave the client out of account', async () => {
      const [known, unknown] = [scene.ids[0]!, 'e'.repeat(32)];
      expect((await scene.source.missing([known, unknown])).value).toEqual([unknown]);
      expect((await scene.source.missing([known], 'load')).value).toEqual([]);
      expect((await scene.source.missing([])).value).toEqual([]);
    });

    test('searches by failure, duration and service, within the window and the limit', async () => {
      const idsOf = async (search: Parameters<TelemetrySource['searchTraces']>[1], window = scene.window) =>
        (await scene.source.searchTraces(window, search)).value.map(({ traceId }) => traceId).sort();
      const failed = scene.failed.map(({ traceId }) => traceId);
      const slow = scene.requests.filter(({ duration }) => duration >= 0.3).map(({ traceId }) => traceId);
      expect(await idsOf({ error: true, limit: 100 })).toEqual(failed.sort());
      expect(await idsOf({ minDuration: 0.2, limit: 100 })).toEqual(slow.sort());
      expect(await idsOf({ service: 'api', limit: 100 })).toEqual([...scene.ids].sort());
      expect(await idsOf({ service: 'nobody', limit: 100 })).toEqual([]);
      expect(
        await idsOf({ limit: 100 }, { from: scene.window.from - 60, to: scene.window.from - 30 }),
      ).toEqual([]);
      const cut = await scene.source.searchTraces(scene.window, { service: 'api', limit: 5 });
      expect([cut.value.length, cut.query.truncated]).toEqual([5, true]);
    });

    test('a summary tells the root, the services and the failures of its trace', async () => {
      const { value } = await scene.source.searchTraces(scene.window, { error: true, limit: 100 });
      for (const { rootService, rootName, spans, errors, services, duration, traceId } of value) {
        expect({ rootService, rootName, spans, errors, services: [...services].sort() }).toEqual({
          rootService: 'load',
          rootName: 'GET',
          spans: 3,
          errors: 2,
          services: ['api', 'load'],
        });
        close(duration, scene.requests.find((request) => request.traceId === traceId)!.duration + 0.002);
      }
    });

    test('logs are found by trace, severity and service, within the limit', async () => {
      const [failed] = scene.failed;
      const ofTrace = await scene.source.logs(scene.window, { traceIds: [failed!.traceId], limit: 10 });
      z.array(logSchema).parse(ofTrace.value);
      expect(
        ofTrace.value.map(({ body, severity, traceId, spanId, instance }) => [
          body,
          severity,
          traceId,
          spanId,
          instance,
        ]),
      ).toEqual([['no stock', 'error', failed!.traceId, failed!.spans[1]!.spanId, failed!.instance]]);
      const errors = await scene.source.logs(scene.window, { minSeverity: 'warn', limit: 100 });
      expect(errors.value.length).toBe(scene.failed.length);
      expect((await scene.source.logs(scene.window, { service: 'nobody', limit: 10 })).value).toEqual([]);
      const cut = await scene.source.logs(scene.window, { limit: 5 });
      expect([cut.value.length, cut.query.truncated]).toEqual([5, true]);
    });

    test('no answer betrays what obsctl knows', async () => {
      const { source, window, ids } = scene;
      const answers = [
        [...(await source.traces(ids)).value],
        (await source.logs(window, { limit: 1000 })).value,
        (await source.searchTraces(window, { limit: 100 })).value,
        (await source.exemplars(window)).value,
        (await source.red(window)).value,
        (await source.runtime(window)).value,
      ];
      expect(JSON.stringify(answers)).not.toMatch(/obsctl/i);
      expect(JSON.stringify(answers[0])).toContain('tenant=a');
    });

    test('a window before the traffic is empty, and alerts are a list', async () => {
      const before = { from: scene.window.from - 600, to: scene.window.from - 300 };
      const { source } = scene;
      const lists = [await source.red(before), await source.runtime(before), await source.exemplars(before)];
      expect(lists.map(({ value }) => value.length)).toEqual([0, 0, 0]);
      expect((await source.logs(before, { limit: 10 })).value).toEqual([]);
      expect(Array.isArray((await source.alerts(scene.window)).value)).toBe(true);
    });

    test('every answer carries the query that fetched it', async () => {
      const { source, window, ids } = scene;
      const queries = [
        (await source.red(window)).query,
        (await source.runtime(window)).query,
        (await source.exemplars(window)).query,
        (await source.searchTraces(window, { limit: 5 })).query,
        (await source.traces(ids.slice(0, 1))).query,
        (await source.logs(window, { limit: 5 })).query,
        (await source.alerts(window)).query,
      ];
      for (const query of queries) {
        queryRecordSchema.parse(query);
        expect(query.text).not.toBe('');
        expect(query.error).toBeNull();
      }
    });
  });
};
