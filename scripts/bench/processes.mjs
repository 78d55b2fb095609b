// What processes take, from /proc: Linux only.
import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks a second in /proc/<pid>/stat: USER_HZ, 100 on every architecture that Node runs on. */
const TICKS = 100;

/** The fields of /proc/<pid>/stat from the third (state) on; the second, the name, may hold spaces. */
const statOf = (pid) => {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
};

const orNull = (read) => {
  try {
    return read();
  } catch {
    return null;
  }
};

/** The process and all that descend from it. */
export const treeOf = (root) => {
  const children = new Map();
  for (const entry of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const parent = orNull(() => Number(statOf(entry)[1]));
    children.set(parent, [...(children.get(parent) ?? []), Number(entry)]);
  }
  const found = [root];
  for (const pid of found) found.push(...(children.get(pid) ?? []));
  return found;
};

const kilobytes = (file, name) =>
  orNull(() => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(readFileSync(file, 'utf8'))[1]));
const megabytes = (kb) => ((kb ?? 0) * 1024) / 1e6;

/** Proportional set size in MB (1e6 bytes): pages that several processes share count once in a sum. 0 when it is gone. */
export const pssOf = (pid) => megabytes(kilobytes(`/proc/${pid}/smaps_rollup`, 'Pss'));

/** Resident set size in MB (1e6 bytes). 0 when it is gone. */
export const rssOf = (pid) => megabytes(kilobytes(`/proc/${pid}/status`, 'VmRSS'));

/** Seconds of one core that the process has used, user and system. Throws when it is gone. */
export const cpuSecondsOf = (pid) => {
  const stat = statOf(pid);
  return (Number(stat[11]) + Number(stat[12])) / TICKS;
};
