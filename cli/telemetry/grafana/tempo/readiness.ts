import { nowSeconds } from '../../../shared/clock.ts';
import { BackendError } from '../backend-error.ts';
import type { BackendClient } from '../http.ts';
import type { PartState } from '../parts.ts';
import { probe } from './traceql.ts';

const SEARCH = '/api/search';

const versionOf = async (client: BackendClient): Promise<string> => {
  const { status, body } = await client.get('/api/status/buildinfo', { accept: [401, 403, 404, 405] });
  const version = (body as { version?: unknown } | null)?.version;
  return status === 200 && typeof version === 'string' && version !== '' ? `Tempo ${version}` : 'Tempo';
};

const isRefusedQuery = (error: unknown): error is BackendError =>
  error instanceof BackendError && error.status === 400;

const tooOld = async (client: BackendClient, { reason }: BackendError): Promise<BackendError> => {
  const facts = { backend: client.name, path: SEARCH, status: 400 };
  const sentence = `${await versionOf(client)} does not know the TraceQL that is asked of it (${reason})`;
  return new BackendError('BACKEND_UNSUPPORTED', sentence, facts);
};

/** Throws BackendError when Tempo cannot be asked, is too old, or is something else. */
export const tempoReadiness = async (client: BackendClient): Promise<PartState> => {
  const end = Math.ceil(nowSeconds());
  const parameters = { q: probe(), start: end - 60, end, limit: 1, spss: 1 };
  try {
    const { body } = await client.get(SEARCH, { parameters });
    if (typeof body !== 'object' || body === null || !('traces' in body || 'metrics' in body))
      throw new BackendError('BACKEND_UNKNOWN', 'not the answer of a trace search: is this Tempo?', {
        backend: client.name,
        path: SEARCH,
      });
  } catch (error) {
    throw isRefusedQuery(error) ? await tooOld(client, error) : error;
  }
  return { detail: `${await versionOf(client)} at ${client.access.url}`, degraded: [] };
};
