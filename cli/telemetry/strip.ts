import type { Attributes, AttributeValue } from '../../reports/record/common.ts';
import type { Log, Span } from '../../reports/record/evidence.ts';

/**
 * Takes obsctl's own marks (ground truth: which span a fault touched, which run it was) out of what the analysis
 * may see. A key is ours when one of its dotted parts is `obsctl`: `obsctl.fault.id`, `baggage.obsctl.run.id`; Loki
 * and Prometheus write underscores for the dots.
 */
const OWN = /(^|[._])obsctl([._]|$)/i;

/** Whether an attribute, member or label of this name is obsctl's own. */
export const isOwn = (key: string): boolean => OWN.test(key);

const isBaggage = (key: string): boolean => /(^|\.)baggage$/i.test(key);

/** A W3C baggage header without our members. */
const withoutOwnMembers = (header: string): string =>
  header
    .split(',')
    .filter((member) => !OWN.test(decodeURIComponentSafely(member.split('=')[0]!.trim())))
    .join(',');

const decodeURIComponentSafely = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

const stripBaggage = (value: AttributeValue): AttributeValue => {
  if (typeof value === 'string') return withoutOwnMembers(value);
  if (!Array.isArray(value)) return value;
  return value.map((item) => (typeof item === 'string' ? withoutOwnMembers(item) : item));
};

/** The attributes without those that are obsctl's own, and without our members of a baggage header. */
export const stripOwn = (attributes: Attributes): Attributes =>
  Object.fromEntries(
    Object.entries(attributes)
      .filter(([key]) => !OWN.test(key))
      .map(([key, value]) => [key, isBaggage(key) ? stripBaggage(value) : value]),
  );

/** The span as a real incident would show it. */
export const stripSpan = (span: Span): Span => ({
  ...span,
  attributes: stripOwn(span.attributes),
  events: span.events
    .filter((event) => !OWN.test(event.name))
    .map((event) => ({ ...event, attributes: stripOwn(event.attributes) })),
});

/** The log line as a real incident would show it. */
export const stripLog = (log: Log): Log => ({ ...log, attributes: stripOwn(log.attributes) });
