import type { AttributeValue } from '../../record/common.ts';
import type { Span } from '../../record/evidence.ts';

/** The first of these attributes that the span has: semantic conventions change names, newest first. */
export const firstAttribute = (span: Span, ...names: string[]): AttributeValue | undefined =>
  names.map((name) => span.attributes[name]).find((value) => value !== undefined && value !== '');

/**
 * Whom a client span called: the service whose span answered it, else the name or the host and port that its own
 * attributes give; null for other spans.
 */
export const peerOf = (span: Span, answers: Span[] = []): string | null => {
  if (span.kind !== 'client') return null;
  const answer = answers.find(({ kind, service }) => kind === 'server' && service !== span.service);
  if (answer) return answer.service;
  const service = firstAttribute(span, 'service.peer.name', 'peer.service');
  if (service !== undefined) return String(service);
  const host = firstAttribute(span, 'server.address', 'net.peer.name');
  if (host === undefined) return null;
  const port = firstAttribute(span, 'server.port', 'net.peer.port');
  return port === undefined ? String(host) : `${host}:${port}`;
};

/** What a span that failed says about it: its status message, else that of its exception. */
export const errorMessageOf = (span: Span): string | null => {
  if (span.statusMessage) return span.statusMessage;
  const exception = span.events.find(({ name }) => name === 'exception');
  const message = exception?.attributes['exception.message'];
  return typeof message === 'string' ? message : null;
};
