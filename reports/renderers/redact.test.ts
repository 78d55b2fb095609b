import { expect, it } from 'vitest';
import { redact } from './redact.ts';

it.each([
  ['Authorization: Bearer abc.def-123', 'Authorization: [redacted]'],
  ['{"authorization":"Basic dXNlcjpwYXNz","x":1}', '{"authorization":"[redacted]","x":1}'],
  ['sent bearer abcdef123456 to it', 'sent bearer [redacted] to it'],
  [
    'connect postgres://shop:s3cr3t@127.0.0.1:5432/shop failed',
    'connect postgres://shop:[redacted]@127.0.0.1:5432/shop failed',
  ],
  ['redis://:hunter2@localhost', 'redis://:[redacted]@localhost'],
  ['password=hunter2 user=bob', 'password=[redacted] user=bob'],
  ["{'api_key': 'k-1 2', 'a': 1}", "{'api_key': [redacted], 'a': 1}"],
  ['GET /a?access_token=abc&b=2', 'GET /a?access_token=[redacted]&b=2'],
  ['cookie: sid=1; other=2', 'cookie: [redacted]'],
  ['jwt eyJhbGciOi.eyJzdWIiOi.c2ln end', 'jwt [redacted] end'],
  ['key AKIAABCDEFGHIJKLMNOP', 'key [redacted]'],
  ['-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY----- tail', '[redacted] tail'],
])('%s', (text, safe) => {
  expect(redact(text)).toBe(safe);
});

it.each([
  'trace 7359bd0af9e7d4a08d6858f6d72588d8 took 3.2 s',
  'GET http://127.0.0.1:8080/products/7?limit=2',
  'The operation was aborted due to timeout',
  'basic checks passed',
])('leaves alone: %s', (text) => {
  expect(redact(text)).toBe(text);
});
