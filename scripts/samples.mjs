// Runs the demos whose reports are published and copies each report with its charts to reports/samples/. Needs a quiet
// machine: about eight minutes. A demo that does not pass changes nothing.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const SAMPLES = {
  'downstream-timeout': ['--fault', 'downstream-timeout'],
  'pool-exhaustion': ['--fault', 'pool-exhaustion'],
  'event-loop-block': ['--fault', 'event-loop-block'],
  'retry-storm': ['--fault', 'retry-storm', '--recovery', '25s'],
  'retry-storm-with-budget': ['--fault', 'retry-storm', '--retry-budget', '0.1', '--recovery', '25s'],
};

const home = mkdtempSync(join(tmpdir(), 'obsctl-samples-'));
const failed = [];
try {
  for (const [name, flags] of Object.entries(SAMPLES)) {
    const command = [join(root, 'bin/obsctl.js'), 'demo', ...flags, '--json'];
    const { stdout, status } = spawnSync(process.execPath, command, {
      cwd: home,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    if (status !== 0) {
      failed.push(`${name} (exit code ${status})`);
      continue;
    }
    const folder = dirname(JSON.parse(stdout).report);
    const target = join(root, 'reports/samples', name);
    rmSync(target, { recursive: true, force: true });
    cpSync(join(folder, 'report.md'), join(target, 'report.md'));
    cpSync(join(folder, 'charts'), join(target, 'charts'), { recursive: true });
  }
} finally {
  rmSync(home, { recursive: true, force: true });
}
if (failed.length > 0) {
  console.error(`left as they were: ${failed.join(', ')}`);
  process.exit(1);
}
