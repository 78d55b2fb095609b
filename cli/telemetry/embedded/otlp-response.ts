import type { Signal } from './otlp-count.ts';
import { FAILURE, RESPONSE } from './otlp-schema.ts';

export const PROTOBUF = 'application/x-protobuf';
export const JSON_TYPE = 'application/json';

/** OTLP/HTTP's names of the counter of rejected items, as its JSON writes them. */
const REJECTED = {
  traces: 'rejectedSpans',
  logs: 'rejectedLogRecords',
  metrics: 'rejectedDataPoints',
} as const;

export interface PartialSuccess {
  rejected: number;
  message: string;
}

/** The body of a 200, in the request's encoding; `partialSuccess` stays away when all was taken, as OTLP asks. */
export const successBody = (signal: Signal, type: string, partial: PartialSuccess | null): Buffer => {
  if (type === PROTOBUF) {
    const partialSuccess = partial && { rejected: partial.rejected, errorMessage: partial.message };
    return Buffer.from(RESPONSE.encode(partialSuccess ? { partialSuccess } : {}).finish());
  }
  const partialSuccess = partial && {
    [REJECTED[signal]]: String(partial.rejected),
    errorMessage: partial.message,
  };
  return Buffer.from(JSON.stringify(partialSuccess ? { partialSuccess } : {}));
};

/** The body of a failure: google.rpc.Status, in the request's encoding. */
export const failureBody = (type: string, code: number, message: string): Buffer =>
  type === PROTOBUF
    ? Buffer.from(FAILURE.encode({ code, message }).finish())
    : Buffer.from(JSON.stringify({ code, message }));
