import { context } from '@opentelemetry/api';
import { OverloadedError, type ServiceError, UpstreamFailureError, UpstreamTimeoutError } from '../errors.ts';
import type { Log } from '../telemetry/logger.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { RESEND_COUNT } from '../telemetry/resend-count.ts';
import type { RetryBudget } from './retry-budget.ts';

export interface Reservation {
  orderId: string;
  productId: number;
  quantity: number;
}

export interface InventoryClient {
  /** Whether the stock could be reserved. Rejects with a ServiceError when inventory gave no answer in all attempts. */
  reserve(reservation: Reservation): Promise<'reserved' | 'out-of-stock'>;
}

export interface InventoryClientOptions {
  url: string;
  timeoutMs: number;
  retries: number;
  budget: RetryBudget;
  metrics: Metrics;
  log: Log;
}

/** Pause before the nth retry, milliseconds: short and linear, as clients do that feed storms. */
const BACK_OFF_MS = 50;

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

const post = async (url: string, timeoutMs: number, body: unknown): Promise<Response> => {
  const controller = new AbortController();
  const timer = setTimeout(
    () => controller.abort(new UpstreamTimeoutError(`inventory gave no answer within ${timeoutMs} ms`)),
    timeoutMs,
  );
  try {
    const response = await fetch(`${url}/reservations`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: controller.signal,
    });
    await response.arrayBuffer();
    return response;
  } finally {
    clearTimeout(timer);
  }
};

const asServiceError = (error: unknown): ServiceError =>
  error instanceof UpstreamTimeoutError
    ? error
    : new UpstreamFailureError('inventory could not be reached', { cause: error });

const resultOf = (response: Response): 'reserved' | 'out-of-stock' => {
  if (response.ok) return 'reserved';
  if (response.status === 409) return 'out-of-stock';
  if (response.status === 503) throw new OverloadedError('inventory is overloaded');
  throw new UpstreamFailureError(`inventory answered ${response.status}`);
};

/** Inventory by HTTP: a time-out for each attempt, and retries within the budget. */
export const createInventoryClient = (options: InventoryClientOptions): InventoryClient => {
  const { url, timeoutMs, retries, budget, metrics, log } = options;
  const count = (outcome: 'success' | 'error' | 'timeout', start: number) =>
    metrics.clientDuration.observe(
      { peer_service: 'inventory', http_request_method: 'POST', outcome },
      (performance.now() - start) / 1000,
    );

  const attemptOnce = async (reservation: Reservation, attempt: number) => {
    const start = performance.now();
    try {
      const result = resultOf(
        await post(url, timeoutMs, reservation).catch((error) => Promise.reject(asServiceError(error))),
      );
      count('success', start);
      return result;
    } catch (error) {
      const timedOut = error instanceof UpstreamTimeoutError;
      count(timedOut ? 'timeout' : 'error', start);
      log.warn({ attempt, err: error }, timedOut ? 'inventory call timed out' : 'inventory call failed');
      throw error;
    }
  };

  const mayRetry = (attempt: number): boolean => {
    if (attempt > retries) return false;
    if (budget.withdraw()) return true;
    log.warn({ attempt }, 'retry budget exhausted');
    return false;
  };

  const reserve = async (reservation: Reservation, attempt: number): Promise<'reserved' | 'out-of-stock'> => {
    const resends = context.active().setValue(RESEND_COUNT, attempt - 1);
    try {
      return await context.with(resends, () => attemptOnce(reservation, attempt));
    } catch (error) {
      if (!mayRetry(attempt)) throw error;
      await pause(BACK_OFF_MS * attempt);
      log.warn({ attempt: attempt + 1 }, `retrying inventory call, attempt ${attempt + 1}`);
      metrics.clientRetries.inc({ peer_service: 'inventory' });
      return reserve(reservation, attempt + 1);
    }
  };

  return {
    reserve: (reservation) => {
      budget.deposit();
      return reserve(reservation, 1);
    },
  };
};
