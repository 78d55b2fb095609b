// Runs what has its report published and copies each report with its charts to reports/samples/: demos, and one experiment
// whose report is there as a page, too. Needs a quiet machine: about ten minutes. What does not end as it should changes nothing.
//   node scripts/samples.mjs [NAME...]: those alone
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const demo = (...flags) => ({ args: ['demo', ...flags], exitCode: 0, files: ['report.md', 'charts'] });
const SAMPLES = {
  'downstream-timeout': demo('--fault', 'downstream-timeout'),
  'pool-exhaustion': demo('--fault', 'pool-exhaustion'),
  'event-loop-block': demo('--fault', 'event-loop-block'),
  'retry-storm': demo('--fault', 'retry-storm', '--recovery', '25s'),
  'retry-storm-with-budget': demo('--fault', 'retry-storm', '--retry-budget', '0.1', '--recovery', '25s'),
  'retry-storm-experiment': { args: ['run', 'retry-storm'], exitCode: 3, files: ['report.html'] },
};

const asked = process.argv.slice(2);
const home = mkdtempSync(join(tmpdir(), 'obsctl-samples-'));
const obsctl = (args) =>
  spawnSync(process.execPath, [join(root, 'bin/obsctl.js'), ...args], {
    cwd: home,
    encoding: 'utf8',
    env: { ...process.env, OBSCTL_ON: 'local', XDG_STATE_HOME: join(home, 'state') },
    stdio: ['ignore', 'pipe', 'inherit'],
  });

const failed = [];
try {
  for (const [name, { args, exitCode, files }] of Object.entries(SAMPLES)) {
    if (asked.length > 0 && !asked.includes(name)) continue;
    const { stdout, status } = obsctl([...args, '--json']);
    if (status !== exitCode) {
      failed.push(`${name} (exit code ${status})`);
      continue;
    }
    const folder = dirname(JSON.parse(stdout).report);
    const target = join(root, 'reports/samples', name);
    rmSync(target, { recursive: true, force: true });
    for (const file of files) cpSync(join(folder, file), join(target, file), { recursive: true });
  }
} finally {
  obsctl(['down']);
  rmSync(home, { recursive: true, force: true });
}
if (failed.length > 0) {
  console.error(`left as they were: ${failed.join(', ')}`);
  process.exit(1);
}
