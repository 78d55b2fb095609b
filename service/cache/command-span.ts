import { type Attributes, SpanKind } from '@opentelemetry/api';
import { withSpan } from '../telemetry/spans.ts';

/**
 * Runs cache commands in client spans of our own, named and attributed as the OpenTelemetry semantic conventions for
 * database clients say. The instrumentation of ioredis makes none for a command that is refused because there is no
 * connection, which is the one that matters most.
 */
export const commandSpans =
  (server: Attributes) =>
  <T>(operation: 'get' | 'set', key: string, command: () => Promise<T>): Promise<T> =>
    withSpan(
      operation,
      {
        kind: SpanKind.CLIENT,
        attributes: { ...server, 'db.operation.name': operation, 'db.query.text': `${operation} ${key}` },
      },
      command,
    );
