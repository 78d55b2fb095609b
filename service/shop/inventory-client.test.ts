import { afterEach, describe, expect, it, vi } from 'vitest';
import { OverloadedError, UpstreamFailureError, UpstreamTimeoutError } from '../errors.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import { recordingLog } from '../test-support/fakes.ts';
import { createInventoryClient } from './inventory-client.ts';
import { createRetryBudget } from './retry-budget.ts';

const reservation = { orderId: '1', productId: 1, quantity: 1 };

/** Answers each attempt with the next status; 0 never answers. */
const inventoryAnswering = (...statuses: number[]) => {
  const fetched = vi.fn((_url: string, { signal }: RequestInit) => {
    const status = statuses[fetched.mock.calls.length - 1] ?? 201;
    if (status !== 0) return Promise.resolve(new Response('{}', { status }));
    return new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
  });
  vi.stubGlobal('fetch', fetched);
  return fetched;
};

const setUp = (budget?: number) => {
  const { log, lines } = recordingLog();
  const metrics = createMetrics();
  const client = createInventoryClient({
    url: 'http://inventory',
    timeoutMs: 10,
    retries: 2,
    budget: createRetryBudget(budget),
    metrics,
    log,
  });
  return { client, metrics, messages: () => lines.map(({ msg }) => msg) };
};

describe('the inventory client', () => {
  afterEach(() => vi.unstubAllGlobals());

  it('reserves at the first attempt', async () => {
    const fetched = inventoryAnswering(201);
    const { client, messages } = setUp();
    expect(await client.reserve(reservation)).toBe('reserved');
    expect(fetched).toHaveBeenCalledTimes(1);
    expect(messages()).toEqual([]);
  });

  it('does not try again when the stock is out', async () => {
    const fetched = inventoryAnswering(409);
    expect(await setUp().client.reserve(reservation)).toBe('out-of-stock');
    expect(fetched).toHaveBeenCalledTimes(1);
  });

  it('tries again and says so', async () => {
    inventoryAnswering(0, 500, 201);
    const { client, metrics, messages } = setUp();
    expect(await client.reserve(reservation)).toBe('reserved');
    expect(messages()).toEqual([
      'inventory call timed out',
      'retrying inventory call, attempt 2',
      'inventory call failed',
      'retrying inventory call, attempt 3',
    ]);
    const text = await metrics.registry.metrics();
    expect(text).toContain('http_client_request_retries_total{peer_service="inventory"} 2');
    for (const outcome of ['timeout', 'error', 'success']) {
      expect(text).toMatch(
        new RegExp(`http_client_request_duration_seconds_count\\{.*outcome="${outcome}"\\} 1`),
      );
    }
  });

  it.each([
    ['time-outs', 0, UpstreamTimeoutError],
    ['failures', 500, UpstreamFailureError],
    ['overload', 503, OverloadedError],
  ])('gives up after three attempts: %s', async (_what, status, kind) => {
    const fetched = inventoryAnswering(status, status, status);
    await expect(setUp().client.reserve(reservation)).rejects.toBeInstanceOf(kind);
    expect(fetched).toHaveBeenCalledTimes(3);
  });

  it('keeps to the retry budget', async () => {
    const fetched = inventoryAnswering(500);
    const { client, messages } = setUp(0);
    await expect(client.reserve(reservation)).rejects.toBeInstanceOf(UpstreamFailureError);
    expect(fetched).toHaveBeenCalledTimes(1);
    expect(messages()).toContain('retry budget exhausted');
  });
});
