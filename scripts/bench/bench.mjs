// Figures and ratios, each against something measured in the same run. Nothing here fails a build; the targets stand
// beside the figures. `npm run bench` (about six minutes), `npm run bench -- help up` for single ones.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const BIN = fileURLToPath(new URL('../../bin/obsctl.js', import.meta.url));
const home = mkdtempSync(join(tmpdir(), 'obsctl-bench-'));
const env = { ...process.env, XDG_STATE_HOME: join(home, 'state'), NO_COLOR: '1' };
const row = (what, figure, target) => {
  console.log(`${what.padEnd(58)} ${figure.padEnd(26)} target ${target}`);
};

const seconds = (work) => {
  const from = performance.now();
  work();
  return (performance.now() - from) / 1000;
};
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const timed = (times, work) => median(Array.from({ length: times }, () => seconds(work)));
const node = (...args) => execFileSync(process.execPath, args, { stdio: 'ignore', env });
const obsctl = (...args) =>
  execFileSync(process.execPath, [BIN, ...args], {
    cwd: home,
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
const json = (...args) => JSON.parse(obsctl(...args, '--json'));

/** Like obsctl(), but a verdict other than passed is an answer too. */
const outcome = (...args) => {
  try {
    return json(...args);
  } catch (error) {
    return JSON.parse(error.stdout);
  }
};

const benches = {
  help() {
    const bare = timed(15, () => node('-e', '0'));
    const help = timed(15, () => node(BIN, '--help'));
    row(
      'obsctl --help over node -e 0',
      `${(help / bare).toFixed(2)}x (${(help * 1000).toFixed(0)} ms, ${(bare * 1000).toFixed(0)} ms)`,
      '2x',
    );
  },

  up() {
    const times = Array.from({ length: 3 }, () => {
      const took = seconds(() => obsctl('up'));
      obsctl('down');
      return took;
    });
    row(
      'local up to ready',
      `${median(times).toFixed(1)} s (${times.map((time) => time.toFixed(1)).join(', ')})`,
      '10 s',
    );
  },

  demo() {
    const count = Number(process.env.DEMOS ?? 3);
    const runs = Array.from({ length: count }, () => {
      let result;
      const took = seconds(() => {
        result = outcome('demo');
      });
      const record = JSON.parse(readFileSync(result.record, 'utf8'));
      const loadEnd = record.phases.at(-1).to;
      return {
        took,
        report: record.createdAt - loadEnd,
        verdict: record.verdict.name,
        exemplars: record.completeness?.exemplars,
      };
    });
    row('whole demo', `${median(runs.map(({ took }) => took)).toFixed(1)} s`, '90 s');
    row(
      'report after the end of the load',
      `${median(runs.map(({ report }) => report)).toFixed(1)} s`,
      '5 s',
    );
    const resolved = runs.filter(
      ({ exemplars }) => exemplars && exemplars.collected > 0 && exemplars.unresolved === 0,
    );
    row('demos in which every exemplar resolved', `${resolved.length} of ${count}`, 'all');
    row(
      'demos that passed',
      `${runs.filter(({ verdict }) => verdict === 'passed').length} of ${count} (${runs.map(({ verdict }) => verdict).join(', ')})`,
      'all',
    );
  },

  ingest() {
    const out = execFileSync(process.execPath, [fileURLToPath(new URL('ingest.mjs', import.meta.url))], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const { spansPerCpuSecond, spansPerSecond, rssMiB, refused, countsAgree } = JSON.parse(out);
    row(
      'embedded receiver, spans by a second of one core',
      `${spansPerCpuSecond} (${spansPerSecond}/s by the clock)`,
      '10000',
    );
    row(
      '  its memory at most; refused, all counted',
      `${rssMiB.peak} MiB; ${refused}, ${countsAgree ? 'yes' : 'NO'}`,
      'bounded; yes',
    );
  },

  analysis() {
    const script = fileURLToPath(new URL('analysis.mjs', import.meta.url));
    const out = execFileSync(process.execPath, [script], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const { spans, seconds: took, peakMiB, evidenceMiB } = JSON.parse(out);
    row(
      `analysis of ${spans} spans`,
      `${took.toFixed(1)} s, ${peakMiB} MiB at most (${evidenceMiB} with the evidence alone)`,
      '5 s, 500 MB',
    );
  },

  telemetry() {
    const out = execFileSync(
      process.execPath,
      [fileURLToPath(new URL('telemetry-cost.mjs', import.meta.url))],
      { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const { withTelemetry, without } = JSON.parse(out);
    row(
      "telemetry's cost: throughput of one api replica with / without",
      `${(withTelemetry / without).toFixed(2)} (${Math.round(withTelemetry)}/s, ${Math.round(without)}/s)`,
      'stated',
    );
  },
};

const wanted = process.argv.slice(2).length > 0 ? process.argv.slice(2) : Object.keys(benches);
const unknown = wanted.filter((name) => !benches[name]);
if (unknown.length > 0) {
  console.error(`no such bench: ${unknown.join(', ')}; there are ${Object.keys(benches).join(', ')}`);
  process.exit(2);
}
try {
  for (const name of wanted) benches[name]();
} finally {
  try {
    obsctl('down');
  } catch {}
  rmSync(home, { recursive: true, force: true });
}
