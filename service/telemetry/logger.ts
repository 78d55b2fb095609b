import { type Logger, pino } from 'pino';

export type Log = Pick<Logger, 'info' | 'warn' | 'error' | 'debug'>;

/** JSON lines on stdout; the instrumentation adds trace_id and span_id and sends the lines as OTLP logs too. */
export const createLogger = (level: string): Logger => pino({ level, base: undefined });
