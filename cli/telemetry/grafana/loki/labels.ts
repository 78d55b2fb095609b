import type { Window } from '../../../../reports/record/common.ts';
import { BackendError } from '../backend-error.ts';
import type { BackendClient } from '../http.ts';

const PATH = '/loki/api/v1/labels';

/** Label names that streams of the window have. Throws BackendError, also when what answers is not Loki. */
export const labelNames = async (client: BackendClient, { from, to }: Window): Promise<string[]> => {
  const nanos = (seconds: number): string => `${Math.round(seconds * 1e6)}000`;
  const { body } = await client.get(PATH, { parameters: { start: nanos(from), end: nanos(to) } });
  const { status, data = [] } = (body ?? {}) as { status?: unknown; data?: unknown };
  if (status === 'success' && Array.isArray(data)) return data.map(String);
  const reason = 'not a list of label names: is this Loki?';
  throw new BackendError('BACKEND_UNKNOWN', reason, { backend: 'loki', path: PATH });
};
