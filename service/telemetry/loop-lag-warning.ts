import type { Log } from './logger.ts';

const INTERVAL_MS = 50;
const THRESHOLD_MS = 100;
const AT_MOST_EVERY_MS = 1_000;

/**
 * Warns in the log when a timer comes more than 100 ms late, at most once a second; `delay` is in milliseconds. Keeps no
 * process alive. Returns what ends it.
 */
export const warnOfLoopLag = (log: Pick<Log, 'warn'>): (() => void) => {
  let due = performance.now() + INTERVAL_MS;
  let quietUntil = 0;
  const look = () => {
    const now = performance.now();
    const delay = now - due;
    due = now + INTERVAL_MS;
    if (delay <= THRESHOLD_MS || now < quietUntil) return;
    quietUntil = now + AT_MOST_EVERY_MS;
    log.warn({ delay: Math.round(delay) }, 'event loop was delayed');
  };
  const timer = setInterval(look, INTERVAL_MS).unref();
  return () => clearInterval(timer);
};
