import { isSpanContextValid, trace } from '@opentelemetry/api';
import type { FastifyReply } from 'fastify';

/** A failure with a status code of its own; its message is fit for the client. */
export class ServiceError extends Error {
  readonly statusCode: number;
  readonly code: string;

  constructor(statusCode: number, code: string, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = new.target.name;
    this.statusCode = statusCode;
    this.code = code;
  }
}

export class UpstreamTimeoutError extends ServiceError {
  constructor(message: string, options?: { cause?: unknown }) {
    super(504, 'upstream_timeout', message, options);
  }
}

export class UpstreamFailureError extends ServiceError {
  constructor(message: string, options?: { cause?: unknown }) {
    super(502, 'upstream_failure', message, options);
  }
}

export class OverloadedError extends ServiceError {
  constructor(message: string) {
    super(503, 'overloaded', message);
  }
}

/** The one shape of every error body. */
export interface ErrorBody {
  error: { code: string; message: string; traceId: string | null };
}

/** JSON schema of the error body. */
export const errorBodySchema = {
  type: 'object',
  required: ['error'],
  properties: {
    error: {
      type: 'object',
      required: ['code', 'message', 'traceId'],
      properties: {
        code: { type: 'string' },
        message: { type: 'string' },
        traceId: { type: ['string', 'null'] },
      },
    },
  },
} as const;

const activeTraceId = (): string | null => {
  const context = trace.getActiveSpan()?.spanContext();
  return context && isSpanContextValid(context) ? context.traceId : null;
};

/** The error body of the request that runs now. */
export const errorBody = (code: string, message: string): ErrorBody => ({
  error: { code, message, traceId: activeTraceId() },
});

/**
 * Answers with an error that is the client's doing (4xx). It is sent, not thrown: a thrown error would mark the
 * handler's span as failed.
 */
export const refuse = (reply: FastifyReply, statusCode: number, code: string, message: string) =>
  reply.code(statusCode).send(errorBody(code, message));
