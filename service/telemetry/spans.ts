import {
  type Attributes,
  type Context,
  context,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { SERVICE_VERSION } from './sdk.ts';

interface SpanSettings {
  kind?: SpanKind;
  attributes?: Attributes;
  /** Context to start from; the active one where absent. */
  parent?: Context;
}

/** Marks the span as failed and records the exception. */
const recordFailure = (span: Span, error: unknown): void => {
  const exception = error instanceof Error ? error : new Error(String(error));
  span.recordException(exception);
  span.setStatus({ code: SpanStatusCode.ERROR, message: exception.message });
};

/** Runs `work` inside a span of its own and ends the span with it; a failure is recorded and thrown on. */
export const withSpan = async <T>(
  name: string,
  { kind = SpanKind.INTERNAL, attributes, parent = context.active() }: SpanSettings,
  work: (span: Span) => Promise<T>,
): Promise<T> => {
  const span = trace.getTracer('shop', SERVICE_VERSION).startSpan(name, { kind, attributes }, parent);
  try {
    return await context.with(trace.setSpan(parent, span), () => work(span));
  } catch (error) {
    recordFailure(span, error);
    throw error;
  } finally {
    span.end();
  }
};

/** Trace context and baggage of now, as headers. */
export const currentTraceHeaders = (): Record<string, string> => {
  const carrier: Record<string, string> = {};
  propagation.inject(context.active(), carrier);
  return carrier;
};

/** The context that `currentTraceHeaders` wrote down. */
export const contextFrom = (headers: Record<string, string> | undefined): Context =>
  propagation.extract(ROOT_CONTEXT, headers ?? {});
