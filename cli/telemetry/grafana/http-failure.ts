import { BackendError, type BackendErrorFacts } from './backend-error.ts';

/** What came back over HTTP. */
export interface RawAnswer {
  status: number;
  headers: Record<string, unknown>;
  text: string;
}

const QUOTED = 200;
const PROPER_NAME = { prometheus: 'Prometheus', loki: 'Loki', tempo: 'Tempo' } as const;

const CERTIFICATE = /CERT|ISSUER|UNABLE_TO_VERIFY|SELF_SIGNED/;
const NO_TLS = /^(EPROTO|ERR_SSL_WRONG_VERSION_NUMBER|ERR_SSL_PACKET_LENGTH_TOO_LONG)$/;
const LOST =
  /^(ECONNRESET|ECONNREFUSED|ECONNABORTED|EPIPE|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ERR_BAD_RESPONSE)$/;

/** Start of a text on one line, without control characters. */
const quoted = (text: string): string => {
  const line = text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ').trim();
  return line.length > QUOTED ? `${line.slice(0, QUOTED)}…` : line;
};

/** What a body is that is not the JSON asked for. */
const kindOf = (text: string): string => {
  const start = text.trimStart();
  if (start === '') return 'an empty answer';
  if (start.startsWith('<')) return 'an HTML page';
  if (/^[[{]/.test(start)) return 'JSON that is cut short or broken';
  return `text that is not JSON, “${quoted(start).slice(0, 80)}”`;
};

/** A 2xx whose body is not JSON. */
export const notJson = (text: string, facts: BackendErrorFacts): BackendError => {
  const broken = /^\s*[[{]/.test(text);
  const hint = broken ? '' : `: is this ${PROPER_NAME[facts.backend]}?`;
  return new BackendError(broken ? 'BACKEND_FAILED' : 'BACKEND_UNKNOWN', `got ${kindOf(text)}${hint}`, facts);
};

/** The reason a back end gives: `error` or `message` of its JSON, or its text. */
const reasonOf = (text: string): string => {
  if (text.trimStart().startsWith('<')) return 'an HTML page';
  try {
    const { error, message } = JSON.parse(text) as { error?: unknown; message?: unknown };
    return quoted(String(error ?? message ?? text));
  } catch {
    return quoted(text);
  }
};

/** Where a redirect leads, without what its query may hold. */
const placeOf = (location: unknown): string => {
  try {
    const { origin, pathname } = new URL(String(location), 'http://the-same-host');
    return `${origin === 'http://the-same-host' ? '' : origin}${pathname}`;
  } catch {
    return 'somewhere else';
  }
};

/** Seconds a `Retry-After` header asks to wait: a number of them, or a date. */
export const retryAfterOf = (header: unknown, now: number): number | null => {
  if (typeof header !== 'string' || header.trim() === '') return null;
  if (/^\s*\d+\s*$/.test(header)) return Number(header);
  const date = Date.parse(header) / 1000;
  return Number.isFinite(date) ? Math.max(0, date - now) : null;
};

const codeOf = (status: number): ConstructorParameters<typeof BackendError>[0] => {
  if (status === 401 || status === 403) return 'BACKEND_REFUSED';
  if (status < 400 || status === 404 || status === 405) return 'BACKEND_UNKNOWN';
  return status === 502 || status === 504 ? 'BACKEND_UNREACHABLE' : 'BACKEND_FAILED';
};

/** An answer whose status is none that was asked for. */
export const badStatus = (answer: RawAnswer, facts: BackendErrorFacts, now: number): BackendError => {
  const { status, headers, text } = answer;
  const again = status === 429 || (status >= 500 && status !== 501);
  const retryAfter = again ? retryAfterOf(headers['retry-after'], now) : null;
  const all = { ...facts, status, again, retryAfter };
  if (status >= 300 && status < 400) {
    const where = headers.location === undefined ? '' : ` to ${placeOf(headers.location)}`;
    return new BackendError('BACKEND_UNKNOWN', `HTTP ${status}: a redirect${where}; none is followed`, all);
  }
  const hint = status === 404 || status === 405 ? `: is this ${PROPER_NAME[facts.backend]}?` : '';
  const reason = reasonOf(text);
  return new BackendError(codeOf(status), `HTTP ${status}${reason ? `: ${reason}` : ''}${hint}`, all);
};

/** A request to which nothing came back, by the code and message of the network error. */
export const noAnswer = (code: string, message: string, facts: BackendErrorFacts): BackendError => {
  if (/maxContentLength/.test(message))
    return new BackendError('BACKEND_FAILED', 'the answer is too large', facts);
  if (CERTIFICATE.test(code))
    return new BackendError('BACKEND_TLS', `its certificate is not trusted (${code})`, facts);
  if (NO_TLS.test(code))
    return new BackendError('BACKEND_UNREACHABLE', 'no TLS is spoken there: is it http://?', facts);
  const again = LOST.test(code);
  return new BackendError('BACKEND_UNREACHABLE', code || quoted(message), { ...facts, again });
};
