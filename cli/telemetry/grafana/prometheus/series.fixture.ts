import type { BackendClient, GetOptions } from '../http.ts';
import { type Labels, METRIC_NAME, type Sample, type Series } from './matrix.ts';

export const API_1: Labels = {
  job: 'service',
  instance: '127.0.0.1:1',
  service_name: 'api',
  service_instance_id: 'api-1',
};

export const series = (name: string, labels: Labels, samples: Sample[]): Series => ({
  labels: { [METRIC_NAME]: name, ...labels },
  samples,
});

/** Values one second apart, from `start` on; null: no sample then. */
export const everySecond = (values: (number | null)[], start = 100): Sample[] =>
  values.flatMap((value, i) => (value === null ? [] : [[start + i, value] as Sample]));

/** The matrix as the API writes it. */
export const asMatrix = (all: Series[]) => ({
  resultType: 'matrix',
  result: all.map(({ labels, samples }) => ({
    metric: labels,
    values: samples.map(([t, value]) => [
      t,
      Number.isFinite(value) || Number.isNaN(value) ? String(value) : value > 0 ? '+Inf' : '-Inf',
    ]),
  })),
});

export interface Asked {
  path: string;
  parameters: Record<string, unknown>;
}

/** A client that answers by `reply`, which may throw. */
export const fakeClient = (reply: (asked: Asked) => unknown): BackendClient & { asked: Asked[] } => {
  const asked: Asked[] = [];
  return {
    name: 'prometheus',
    access: { url: 'http://127.0.0.1:9090' },
    clockOffset: 0,
    asked,
    get requests() {
      return asked.length;
    },
    get: async (path: string, { parameters = {} }: GetOptions = {}) => {
      asked.push({ path, parameters });
      return { status: 200, body: { status: 'success', data: reply(asked.at(-1)!) }, retries: 0 };
    },
  };
};
