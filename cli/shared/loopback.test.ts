import { expect, test } from 'vitest';
import { hostOf, isLoopback } from './loopback.ts';

test.each([
  ['http://127.0.0.1:3000', true],
  ['http://127.9.9.9', true],
  ['https://localhost/shop', true],
  ['http://[::1]:3000', true],
  // How a URL writes them, all of them are 127.0.0.1.
  ['http://127.1', true],
  ['http://0x7f000001', true],
  ['http://127.0.0.1.example.com', false],
  ['http://localhost.example.com', false],
  ['http://0.0.0.0', false],
  ['http://10.0.0.1', false],
  ['http://shop', false],
  ['nonsense', false],
])('%s: %s', (address, expected) => expect(isLoopback(hostOf(address))).toBe(expected));
