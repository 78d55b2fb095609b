import { inspect } from 'node:util';
import { AxiosError, type InternalAxiosRequestConfig } from 'axios';
import { expect, test } from 'vitest';
import type { Replica, Stack } from '../stack/stack.ts';
import { AdminClient } from './admin-client.ts';
import { GuardClient } from './guard/guard-client.ts';

const TOKEN = 'the-admin-token';
const config = { headers: { authorization: `Bearer ${TOKEN}` } } as unknown as InternalAxiosRequestConfig;
const failed = (status?: number) =>
  new AxiosError(
    'it failed',
    'ECONNABORTED',
    config,
    {},
    status === undefined
      ? undefined
      : { status, statusText: '', headers: {}, config, data: { message: 'no' } },
  );
const thrown = async (call: Promise<unknown>) => inspect(await call.catch((error) => error), { depth: 20 });

test.each([
  [undefined, 'ADMIN_UNAVAILABLE'],
  [409, 'FAULT_REFUSED'],
])('a call that failed with %s gives no token away', async (status, code) => {
  const client = new AdminClient({ adminToken: async () => TOKEN } as unknown as Stack);
  const text = await thrown(
    client.call({ instance: 'api-1' } as Replica, () => Promise.reject(failed(status))),
  );
  expect(text).toContain(code);
  expect(text).not.toContain(TOKEN);
});

test.each([
  [503, 'ADMIN_UNAVAILABLE'],
  [409, 'FAULT_REFUSED'],
])('nor does a call of the guard that was answered with %s', async (status, code) => {
  const text = await thrown(new GuardClient(() => Promise.reject(failed(status))).list());
  expect(text).toContain(code);
  expect(text).not.toContain(TOKEN);
});
