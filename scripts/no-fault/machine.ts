import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { dirname } from 'node:path';
import { monotonicSeconds, nowSeconds } from '../../cli/shared/clock.ts';

/** What the machine was doing: tells a hiccup of its own from a false alarm. */
export interface Strain {
  /** Share of all cores' time that was used by anybody here, 0..1. */
  busy: number;
  /** Share that the hypervisor gave to others, 0..1; null where the system does not say. */
  steal: number | null;
  /** One-minute load average. */
  load: number;
  /** Seconds by which somebody who only slept was woken too late. */
  late: number;
}

/** The second that ended at `time`, Unix seconds. */
export interface MachineSample extends Strain {
  time: number;
}

/** Ticks since the start of the machine, of all cores together. */
export interface Ticks {
  total: number;
  idle: number;
  steal: number | null;
}

const STAT = '/proc/stat';
const EVERY_SECONDS = 1;

/** The first line of `/proc/stat` (proc_stat(5)): user nice system idle iowait irq softirq steal, the guests' being in user. */
export const ticksOfStat = (text: string): Ticks => {
  const [user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0, steal = 0] = text
    .split('\n', 1)[0]!
    .trim()
    .split(/\s+/)
    .slice(1)
    .map(Number);
  return {
    total: user + nice + system + idle + iowait + irq + softirq + steal,
    idle: idle + iowait,
    steal,
  };
};

const ticksOfCpus = (): Ticks => {
  const times = cpus().map((cpu) => cpu.times);
  const sum = (of: (one: (typeof times)[number]) => number) => times.reduce((all, one) => all + of(one), 0);
  return {
    total: sum((one) => one.user + one.nice + one.sys + one.idle + one.irq),
    idle: sum((one) => one.idle),
    steal: null,
  };
};

const ticksNow = (): Ticks => (existsSync(STAT) ? ticksOfStat(readFileSync(STAT, 'utf8')) : ticksOfCpus());

/** The shares of the time between two readings. */
export const sharesBetween = (before: Ticks, now: Ticks): Pick<Strain, 'busy' | 'steal'> => {
  const total = now.total - before.total;
  if (total <= 0) return { busy: 0, steal: null };
  const steal = now.steal === null || before.steal === null ? null : (now.steal - before.steal) / total;
  return { busy: Math.max(0, 1 - (now.idle - before.idle) / total - (steal ?? 0)), steal };
};

/** Writes a sample each second to the file, one a line, after what is there; answers with what ends it. */
export const watchMachine = (file: string): (() => void) => {
  mkdirSync(dirname(file), { recursive: true });
  let [before, at] = [ticksNow(), monotonicSeconds()];
  const sample = () => {
    const [now, time] = [ticksNow(), monotonicSeconds()];
    const line: MachineSample = {
      time: nowSeconds(),
      ...sharesBetween(before, now),
      load: loadavg()[0]!,
      late: Math.max(0, time - at - EVERY_SECONDS),
    };
    [before, at] = [now, time];
    appendFileSync(file, `${JSON.stringify(line)}\n`);
  };
  const timer = setInterval(sample, EVERY_SECONDS * 1000);
  return () => clearInterval(timer);
};

const sampleOf = (line: string): MachineSample[] => {
  try {
    return [JSON.parse(line) as MachineSample];
  } catch {
    // The last line of what was killed in the middle of it.
    return [];
  }
};

/** The samples of the file, in their order; none where there is no such file. */
export const readMachine = (file: string): MachineSample[] =>
  existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean).flatMap(sampleOf) : [];

/** The worst of each within the window; null where nothing was sampled in it. */
export const worstWithin = (
  samples: MachineSample[],
  { from, to }: { from: number; to: number },
): Strain | null => {
  const within = samples.filter(({ time }) => time >= from && time <= to + EVERY_SECONDS);
  if (within.length === 0) return null;
  const most = (of: (sample: MachineSample) => number) => Math.max(...within.map(of));
  const steals = within.map(({ steal }) => steal).filter((steal) => steal !== null);
  return {
    busy: most(({ busy }) => busy),
    steal: steals.length > 0 ? Math.max(...steals) : null,
    load: most(({ load }) => load),
    late: most(({ late }) => late),
  };
};
