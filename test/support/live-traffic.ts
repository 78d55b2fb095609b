import { randomBytes } from 'node:crypto';
import { nowSeconds, sleep } from '../../cli/shared/clock.ts';
import type { MetricsTarget } from '../contract/metrics-target.ts';
import { sendOtlp } from '../contract/send-otlp.ts';
import { makeTraffic, type Request } from '../contract/traffic.ts';
import { logRequest, traceRequest } from '../contract/traffic-otlp.ts';

const TICK_SECONDS = 0.1;

/** The contract's traffic from `start` on, under trace ids of its own. */
const roundOf = (start: number): Request[] =>
  makeTraffic(start).map((request) => {
    const traceId = randomBytes(16).toString('hex');
    const own = <T extends object>(items: T[]): T[] => items.map((item) => ({ ...item, traceId }));
    return { ...request, traceId, spans: own(request.spans), logs: own(request.logs) };
  });

const endOf = ({ spans }: Request): number =>
  Math.max(...spans.map(({ start, duration }) => start + duration));

/** Requests as they happen: each is observed by its target, and its spans and lines are sent everywhere, once it has ended. */
export class LiveTraffic {
  readonly requests: Request[] = [];

  constructor(
    private readonly targets: MetricsTarget[],
    private readonly otlpUrls: string[],
  ) {}

  /** So many rounds of 56 requests, a hundred a second. */
  async run(rounds: number): Promise<void> {
    for (let i = 0; i < rounds; i++) {
      const waiting = roundOf(nowSeconds());
      this.requests.push(...waiting);
      while (waiting.length > 0) {
        await sleep(TICK_SECONDS);
        const ended = waiting.filter((request) => endOf(request) <= nowSeconds());
        for (const request of ended) waiting.splice(waiting.indexOf(request), 1);
        await this.happen(ended);
      }
    }
  }

  private async happen(ended: Request[]): Promise<void> {
    if (ended.length === 0) return;
    for (const request of ended)
      this.targets.find(({ instance }) => instance === request.instance)!.observe(request);
    const traces = traceRequest(ended.flatMap(({ spans }) => spans));
    const logs = logRequest(ended.flatMap((request) => request.logs));
    const answers = await Promise.all(
      this.otlpUrls.flatMap((url) => [
        sendOtlp(url, 'traces', traces, 'protobuf-gzip'),
        sendOtlp(url, 'logs', logs, 'protobuf-gzip'),
      ]),
    );
    for (const { status } of answers) if (status !== 200) throw new Error(`OTLP was answered with ${status}`);
  }
}
