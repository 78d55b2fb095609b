import { type AxiosInstance, isAxiosError } from 'axios';
import type { Window } from '../../../reports/record/common.ts';
import type { Span } from '../../../reports/record/evidence.ts';
import { messageOf, ObsctlError } from '../../shared/errors.ts';
import type { Answer, TelemetrySource } from '../telemetry-source.ts';

/** What the supervisor answered, or why it did not, in one sentence. */
const reasonOf = (error: unknown): string => {
  const message = isAxiosError(error) ? error.response?.data?.message : undefined;
  return typeof message === 'string' ? message : messageOf(error);
};

/**
 * The embedded source as the CLI sees it: asked over the supervisor's socket, whose axios instance is given. Every
 * method throws ObsctlError TELEMETRY_UNAVAILABLE when there is no answer.
 */
export const createEmbeddedTelemetrySource = (http: AxiosInstance): TelemetrySource => {
  const ask = async <T>(method: string, body: object = {}): Promise<T> => {
    try {
      return (await http.post<T>(`/telemetry/${method}`, body)).data;
    } catch (error) {
      throw new ObsctlError(
        'TELEMETRY_UNAVAILABLE',
        `The embedded telemetry did not answer ${method}: ${reasonOf(error)}`,
        {
          cause: error,
        },
      );
    }
  };
  return {
    kind: 'embedded',
    ready: () => ask('ready'),
    red: (window: Window) => ask('red', { window }),
    runtime: (window) => ask('runtime', { window }),
    exemplars: (window) => ask('exemplars', { window }),
    alerts: (window) => ask('alerts', { window }),
    searchTraces: (window, search) => ask('searchTraces', { window, search }),
    logs: (window, search) => ask('logs', { window, search }),
    counts: (window, service) => ask('counts', { window, service }),
    missing: (traceIds, except) => ask('missing', { traceIds, except }),
    traces: async (traceIds) => {
      const answer = await ask<Answer<[string, Span[]][]>>('traces', { traceIds });
      return { ...answer, value: new Map(answer.value) };
    },
  };
};
