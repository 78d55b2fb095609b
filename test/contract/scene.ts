import { expect } from 'vitest';
import { nowSeconds } from '../../cli/shared/clock.ts';
import { pollUntil } from '../../cli/shared/retry.ts';
import type { TelemetrySource } from '../../cli/telemetry/telemetry-source.ts';
import type { Window } from '../../reports/record/common.ts';
import type { RedSeries } from '../../reports/record/evidence.ts';
import { MetricsTarget } from './metrics-target.ts';
import type { OtlpEncoding } from './otlp-encode.ts';
import { sendOtlp } from './send-otlp.ts';
import { makeTraffic, type Request } from './traffic.ts';
import { logRequest, traceRequest } from './traffic-otlp.ts';

/** A source with the way in for its telemetry. */
export interface SourceUnderTest {
  source: TelemetrySource;
  /** OTLP/HTTP base address. */
  otlpUrl: string;
  /** Has these addresses scraped from now on, at least once a second. */
  scrape(targets: { service: string; instance: string; url: string }[]): Promise<void>;
  close(): Promise<void>;
}

export const sum = (numbers: number[]): number => numbers.reduce((total, one) => total + one, 0);

export const requestsIn = (series: RedSeries[]): number =>
  sum(series.flatMap(({ points }) => points.map(({ requests }) => requests)));

/** What the suite sends, and the window it lies in. */
export class Scene {
  readonly targets = [new MetricsTarget('api-1'), new MetricsTarget('api-2')];
  requests: Request[] = [];
  window: Window = { from: 0, to: 0 };
  private under!: SourceUnderTest;

  get source(): TelemetrySource {
    return this.under.source;
  }

  get failed(): Request[] {
    return this.requests.filter(({ status }) => status >= 500);
  }

  get ids(): string[] {
    return this.requests.map(({ traceId }) => traceId);
  }

  async set(under: SourceUnderTest, encoding: OtlpEncoding, patience: number): Promise<void> {
    this.under = under;
    await Promise.all(this.targets.map((target) => target.listen()));
    const from = nowSeconds() - 2;
    await under.scrape(this.targets.map(({ service, instance, url }) => ({ service, instance, url })));
    await this.until(patience, async () => {
      const { value } = await this.source.runtime(this.wide(from));
      const up = value.filter(({ name, service }) => name === 'up' && service === this.targets[0]!.service);
      return up.length === this.targets.length && up.every(({ points }) => points.length >= 2);
    });
    await this.send(encoding);
    await this.until(patience, () => this.visible(from));
    this.window = this.wide(from);
  }

  async strike(): Promise<void> {
    await this.under?.close();
    await Promise.all(this.targets.map((target) => target.close()));
  }

  private wide(from: number): Window {
    return { from, to: nowSeconds() + 2 };
  }

  private async send(encoding: OtlpEncoding): Promise<void> {
    this.requests = makeTraffic(nowSeconds() - 1);
    for (const request of this.requests) {
      this.targets.find(({ instance }) => instance === request.instance)!.observe(request);
    }
    const spans = this.requests.flatMap((request) => request.spans);
    const logs = this.requests.flatMap((request) => request.logs);
    const answers = [
      await sendOtlp(this.under.otlpUrl, 'traces', traceRequest(spans), encoding),
      await sendOtlp(this.under.otlpUrl, 'logs', logRequest(logs), encoding),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  }

  private async visible(from: number): Promise<boolean> {
    const window = this.wide(from);
    const missing = (await this.source.missing(this.ids)).value;
    const logs = (await this.source.logs(window, { limit: 1000 })).value;
    const red = (await this.source.red(window)).value;
    return (
      missing.length === 0 && logs.length >= this.requests.length && requestsIn(red) >= this.requests.length
    );
  }

  private async until(timeout: number, isTrue: () => Promise<boolean>): Promise<void> {
    const seen = await pollUntil(async () => ((await isTrue()) ? true : undefined), { timeout, every: 0.1 });
    expect(seen, `visible within ${timeout} s`).toBe(true);
  }
}
