import axios, { AxiosError } from 'axios';
import { monotonicSeconds, nowSeconds, sleep } from '../../shared/clock.ts';
import { messageOf } from '../../shared/errors.ts';
import { accessHeaders, addressOf, agentsOf, masked } from './access.ts';
import { BackendError } from './backend-error.ts';
import type { BackendAnswer, BackendClient, GetOptions } from './http.ts';
import { badStatus, noAnswer, notJson, type RawAnswer } from './http-failure.ts';
import type { BackendAccess } from './options.ts';
import { Patience } from './patience.ts';

export interface ClientLimits {
  /** All attempts of one question together, seconds. */
  timeoutSeconds: number;
  attempts: number;
  /** Before the second attempt, seconds; doubled for each that follows, and drawn evenly from the half upwards. */
  firstPause: number;
  longestPause: number;
  /** Unpacked. */
  maxBytes: number;
}

export const DEFAULT_LIMITS: ClientLimits = {
  timeoutSeconds: 30,
  attempts: 4,
  firstPause: 0.25,
  longestPause: 5,
  maxBytes: 128 * 1024 * 1024,
};

const USER_AGENT = 'obsctl';

const searchOf = (parameters: GetOptions['parameters'] = {}): URLSearchParams => {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    for (const item of Array.isArray(value) ? value : [value])
      if (item !== undefined) search.append(name, String(item));
  }
  return search;
};

const headersOf = (headers: unknown): Record<string, unknown> =>
  Object.fromEntries(Object.entries(headers as object).map(([name, value]) => [name.toLowerCase(), value]));

const parsed = (text: string): { json: unknown } | null => {
  try {
    return { json: JSON.parse(text) };
  } catch {
    return null;
  }
};

/** Seconds by which the clock of a `Date` header is ahead of the interval in which it was written, at least. */
export const clockOffsetOf = (header: unknown, sent: number, received: number): number | null => {
  const date = Date.parse(String(header)) / 1000;
  if (!Number.isFinite(date)) return null;
  if (date > received) return date - received;
  return date + 1 < sent ? date + 1 - sent : 0;
};

/** BackendClient over axios. Direct: no proxy gets to see the credentials. */
export class HttpBackendClient implements BackendClient {
  requests = 0;
  clockOffset: number | null = null;
  private readonly limits: ClientLimits;
  private readonly patience = new Patience();
  private readonly agents: ReturnType<typeof agentsOf>;

  constructor(
    readonly name: BackendClient['name'],
    readonly access: BackendAccess,
    limits: Partial<ClientLimits> = {},
  ) {
    this.limits = { ...DEFAULT_LIMITS, ...limits };
    this.agents = agentsOf(access);
  }

  async get(path: string, options: GetOptions = {}): Promise<BackendAnswer> {
    this.patience.check({ backend: this.name, path });
    const deadline = monotonicSeconds() + (options.timeoutSeconds ?? this.limits.timeoutSeconds);
    for (let retries = 0; ; retries += 1) {
      try {
        const answer = await this.once(path, options, deadline);
        this.patience.answered();
        return { ...answer, retries };
      } catch (error) {
        options.signal?.throwIfAborted();
        if (!(error instanceof BackendError)) throw error;
        const pause = this.pauseBefore(error, retries);
        if (pause === null || monotonicSeconds() + pause >= deadline) {
          this.patience.failed(error);
          throw error.after(retries + 1);
        }
        await sleep(pause, options.signal);
      }
    }
  }

  /** Seconds until it is asked again; null: never. */
  private pauseBefore({ again, retryAfter }: BackendError, retries: number): number | null {
    const { attempts, firstPause, longestPause } = this.limits;
    if (!again || retries + 1 >= attempts) return null;
    const pause = Math.min(longestPause, firstPause * 2 ** retries) * (0.5 + Math.random() / 2);
    return Math.max(pause, retryAfter ?? 0);
  }

  private async once(path: string, options: GetOptions, deadline: number) {
    const facts = { backend: this.name, path };
    const answer = await this.send(path, options, Math.max(0.001, deadline - monotonicSeconds()));
    const { status } = answer;
    const isFine = status >= 200 && status < 300;
    if (!isFine && !options.accept?.includes(status))
      throw badStatus({ ...answer, text: masked(answer.text, this.access) }, facts, nowSeconds());
    if (options.text) return { status, body: answer.text };
    const body = parsed(answer.text);
    if (!body && isFine) throw notJson(masked(answer.text, this.access), facts);
    return { status, body: body ? body.json : answer.text };
  }

  private async send(path: string, options: GetOptions, seconds: number): Promise<RawAnswer> {
    const sent = nowSeconds();
    const timeout = AbortSignal.timeout(Math.ceil(seconds * 1000));
    this.requests += 1;
    try {
      const { status, headers, data } = await this.request(path, options, timeout);
      const answer = { status, headers: headersOf(headers), text: data };
      this.clockOffset = clockOffsetOf(answer.headers.date, sent, nowSeconds()) ?? this.clockOffset;
      return answer;
    } catch (error) {
      options.signal?.throwIfAborted();
      const facts = { backend: this.name, path };
      if (timeout.aborted)
        throw new BackendError('BACKEND_UNREACHABLE', `no answer within ${seconds.toFixed(1)} s`, facts);
      // Axios' own error holds the request's headers: it goes no further than here.
      const code = error instanceof AxiosError ? (error.code ?? '') : '';
      throw noAnswer(code, masked(messageOf(error), this.access), facts);
    }
  }

  private request(path: string, { parameters, post, signal, headers }: GetOptions, timeout: AbortSignal) {
    const address = addressOf(this.access, path);
    const search = searchOf(parameters);
    if (!post) address.search = search.toString();
    return axios.request<string>({
      url: address.href,
      method: post ? 'POST' : 'GET',
      ...(post ? { data: search } : {}),
      headers: {
        accept: 'application/json',
        'user-agent': USER_AGENT,
        ...headers,
        ...accessHeaders(this.access),
      },
      responseType: 'text',
      transformResponse: (body) => body,
      validateStatus: () => true,
      maxRedirects: 0,
      maxContentLength: this.limits.maxBytes,
      proxy: false,
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      ...this.agents,
    });
  }
}

/** The client of one back end. */
export const createBackendClient = (
  name: BackendClient['name'],
  access: BackendAccess,
  limits?: Partial<ClientLimits>,
): BackendClient => new HttpBackendClient(name, access, limits);
