import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { BackendAccess } from './options.ts';

/** Sockets to one back end at once. */
const MAX_SOCKETS = 8;

const basicToken = ({ basic }: BackendAccess): string | null =>
  basic ? Buffer.from(`${basic.username}:${basic.password}`).toString('base64') : null;

/** Headers by which a back end lets us in; a custom header wins over the one made of basic, bearer or tenant. */
export const accessHeaders = (access: BackendAccess): Record<string, string> => {
  const token = basicToken(access);
  const headers: Record<string, string> = {};
  if (token !== null) headers.authorization = `Basic ${token}`;
  if (access.bearer !== undefined) headers.authorization = `Bearer ${access.bearer}`;
  if (access.tenant !== undefined) headers['x-scope-orgid'] = access.tenant;
  for (const [name, value] of Object.entries(access.headers ?? {})) headers[name.toLowerCase()] = value;
  return headers;
};

/** Agents of a back end, its private certificate authority trusted beside the public ones' place. */
export const agentsOf = ({ ca }: BackendAccess) => ({
  httpAgent: new HttpAgent({ keepAlive: true, maxSockets: MAX_SOCKETS }),
  httpsAgent: new HttpsAgent({ keepAlive: true, maxSockets: MAX_SOCKETS, ...(ca ? { ca } : {}) }),
});

const secretsOf = (access: BackendAccess): string[] =>
  [access.basic?.password, basicToken(access), access.bearer, ...Object.values(access.headers ?? {})]
    .filter((secret): secret is string => secret !== undefined && secret !== null && secret.length > 3)
    .sort((a, b) => b.length - a.length);

/** The text without the secrets of the access, for back ends that echo what they were sent. */
export const masked = (text: string, access: BackendAccess): string =>
  secretsOf(access).reduce((rest, secret) => rest.replaceAll(secret, '***'), text);

/** Full address of a path, a prefix of the base address kept, and never its credentials. */
export const addressOf = ({ url }: BackendAccess, path: string): URL => {
  const address = new URL(url);
  address.pathname = address.pathname.replace(/\/+$/, '') + path;
  address.username = '';
  address.password = '';
  address.search = '';
  address.hash = '';
  return address;
};
