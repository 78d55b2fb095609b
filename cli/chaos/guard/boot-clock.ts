import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** A moment that another process of this machine can compare its own clock with, also after a restart of the machine. */
export const momentSchema = z.object({
  /** Which boot the monotonic clock counts from; null where the system does not tell. */
  boot: z.string().nullable(),
  /** Seconds, CLOCK_MONOTONIC: one clock for all processes of a boot, never set. */
  monotonic: z.number(),
  /** Unix seconds. */
  wall: z.number(),
});
export type Moment = z.infer<typeof momentSchema>;

export type BootClock = () => Moment;

const readBoot = (): string | null => {
  try {
    if (process.platform === 'linux') return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return execFileSync('sysctl', ['-n', 'kern.bootsessionuuid'], { encoding: 'utf8' }).trim() || null;
  } catch {
    return null;
  }
};

const boot = readBoot();

export const bootClock: BootClock = () => ({
  boot,
  monotonic: Number(process.hrtime.bigint()) / 1e9,
  wall: Date.now() / 1000,
});

export const later = (moment: Moment, seconds: number): Moment => ({
  boot: moment.boot,
  monotonic: moment.monotonic + seconds,
  wall: moment.wall + seconds,
});

/**
 * Seconds from `now` until `deadline`, at least 0. By the monotonic clock within one boot; by the wall clock where the
 * boot is not known; 0 after a restart of the machine, which ended every process there was.
 */
export const secondsUntil = (deadline: Moment, now: Moment): number => {
  if (deadline.boot !== now.boot) return 0;
  const left = now.boot === null ? deadline.wall - now.wall : deadline.monotonic - now.monotonic;
  return Math.max(0, left);
};
