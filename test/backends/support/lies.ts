import type { Window } from '../../../reports/record/common.ts';
import type { BackendName, Liar, Lie } from './lying-proxy.ts';

const of =
  (backend: BackendName, lie: Lie, paths = /./): Liar =>
  (asked) =>
    asked.backend === backend && paths.test(asked.path) ? lie : null;

/** Paths that carry data: a version or a readiness question is answered as ever. */
const DATA: Record<BackendName, RegExp> = {
  prometheus: /query/,
  loki: /query/,
  tempo: /search|traces/,
};

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

const isSample = (value: unknown): value is [number, unknown] =>
  Array.isArray(value) && value.length === 2 && typeof value[0] === 'number' && value[0] > 1e9;

/** Every list of results emptied, whatever it is called; the answer keeps its shape, and a single value stays. */
const emptied = (value: unknown): unknown => {
  if (isSample(value)) return value;
  if (Array.isArray(value)) return [];
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, emptied(inner)]));
};

/** Prometheus' samples for which `keep` holds. */
const samples = (value: unknown, keep: (time: number) => boolean): unknown => {
  if (Array.isArray(value))
    return value.filter((item) => !isSample(item) || keep(item[0])).map((item) => samples(item, keep));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, samples(inner, keep)]));
};

const NANOSECONDS = /^\d{19}$/;
const TIMES = /time|timestamp/i;

/** Every time in an answer moved: Unix seconds of samples and exemplars, nanoseconds of log lines and spans. */
const moved = (value: unknown, seconds: number, key = ''): unknown => {
  if (typeof value === 'string' && NANOSECONDS.test(value))
    return String(BigInt(value) + BigInt(seconds) * 1_000_000_000n);
  if (typeof value === 'number' && value > 1e9 && TIMES.test(key)) return value + seconds;
  if (isSample(value)) return [value[0] + seconds, value[1]];
  if (Array.isArray(value)) return value.map((item) => moved(item, seconds, key));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, moved(inner, seconds, name)]),
  );
};

const shifted = (text: string, seconds: number): string => {
  if (NANOSECONDS.test(text)) return String(BigInt(text) + BigInt(seconds) * 1_000_000_000n);
  const number = Number(text);
  return Number.isFinite(number) ? String(number + seconds) : text;
};

const askedFor =
  (seconds: number) =>
  (parameters: URLSearchParams): URLSearchParams => {
    const asked = new URLSearchParams(parameters);
    for (const name of ['start', 'end', 'time']) {
      const value = asked.get(name);
      if (value !== null) asked.set(name, shifted(value, seconds));
    }
    return asked;
  };

/** Answers of the right shape with nothing in them. */
export const empty = (backend: BackendName): Liar => of(backend, { body: emptied }, DATA[backend]);

/** As if the back end's samples of that time had never been taken. */
export const hole = ({ from, to }: Window): Liar =>
  of('prometheus', { body: (body) => samples(body, (t) => t < from || t > to) }, DATA.prometheus);

export const failing = (backend: BackendName): Liar => of(backend, { status: 500 }, DATA[backend]);

/** JSON that ends in the middle. */
export const truncated = (backend: BackendName): Liar => of(backend, { part: 0.6 }, DATA[backend]);

/** What it stored carries a time that is so many seconds wrong. */
export const offClock = (backend: BackendName, seconds: number): Liar =>
  of(backend, { parameters: askedFor(-seconds), body: (body) => moved(body, seconds) }, DATA[backend]);

/** Gone for good after so many questions. */
export const downAfter =
  (backend: BackendName, questions: number): Liar =>
  (asked) =>
    asked.backend === backend && asked.before >= questions ? { down: true } : null;

/** Later than the client waits. */
export const slow = (backend: BackendName, delaySeconds: number): Liar =>
  of(backend, { delaySeconds }, DATA[backend]);
