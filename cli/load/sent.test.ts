import { expect, test } from 'vitest';
import type { AttemptSample } from './k6-samples.ts';
import { OTHER_OPERATIONS, SentCounter } from './sent.ts';

const attempt = (operation: string, status: number, error = ''): AttemptSample => ({
  ...{ kind: 'attempt', end: 1, duration: 0.1, method: 'GET', failed: status === 0, span: null },
  ...{ operation, status, error },
});

test('counts every attempt, and those without an answer by how they ended', () => {
  const counter = new SentCounter();
  for (const status of [200, 404, 503, 502, 504]) counter.add(attempt('GET /a', status));
  const errors = [
    'request timeout',
    'dial: i/o timeout',
    'dial: connection refused',
    'read: connection reset by peer',
    'EOF',
    'unknown',
  ];
  for (const error of errors) counter.add(attempt('GET /b', 0, error));
  expect(counter.counts).toEqual([
    { operation: 'GET /a', attempts: 5, unanswered: {}, badGateway: 3 },
    {
      operation: 'GET /b',
      attempts: 6,
      unanswered: { 'timed out': 2, refused: 1, 'cut off': 2, other: 1 },
      badGateway: 0,
    },
  ]);
});

test('names that never end do not fill the memory, and nothing is lost', () => {
  const counter = new SentCounter();
  for (let i = 0; i < 1000; i++) counter.add(attempt(`GET /${i}`, 200));
  expect(counter.counts.length).toBe(201);
  expect(counter.counts.find(({ operation }) => operation === OTHER_OPERATIONS)?.attempts).toBe(800);
});
