// Loaded into a process with --import: leaves the most memory it ever held, bytes, in the file PEAK_MEMORY_FILE names.
import { readFileSync, writeFileSync } from 'node:fs';

/** The kernel's own high-water mark of this program; getrusage() may show that of the one that started it instead. */
const highWater = () => {
  try {
    return Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8'))[1]) * 1024;
  } catch {
    return process.resourceUsage().maxRSS * 1024;
  }
};

process.on('exit', () => writeFileSync(process.env.PEAK_MEMORY_FILE, String(highWater())));
