import { expect, it } from 'vitest';
import { nowSeconds } from '../shared/clock.ts';
import { retryAfterSeconds } from './span-exporter.ts';

it('reads Retry-After as seconds or as a date', () => {
  expect(retryAfterSeconds('3')).toBe(3);
  expect(retryAfterSeconds('0')).toBe(0);
  const inAnHour = new Date((nowSeconds() + 3600) * 1000).toUTCString();
  expect(Math.abs(retryAfterSeconds(inAnHour)! - 3600)).toBeLessThan(60);
  expect(retryAfterSeconds('Thu, 01 Jan 1970 00:00:00 GMT')).toBe(0);
  expect(retryAfterSeconds('soon')).toBeNull();
  expect(retryAfterSeconds(undefined)).toBeNull();
});
