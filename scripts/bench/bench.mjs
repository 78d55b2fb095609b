// Figures and ratios, each against something measured in the same run. Nothing here fails a build; the targets stand
// beside the figures, and whether they are reached. `npm run bench` (about twenty minutes), `npm run bench -- help up` for
// single ones, `npm run bench -- --quick backends` with fewer repetitions. `backends`, `long-report` and `ingest` drive the
// real back ends: they need `obsctl tools install`, and Linux. All else is measured with the embedded telemetry.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { backendsRows } from './backends-rows.mjs';
import { ingestRows } from './ingest-rows.mjs';
import { longReportRows } from './long-report-rows.mjs';

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: 'boolean', default: false } },
});
const BIN = fileURLToPath(new URL('../../bin/obsctl.js', import.meta.url));
const home = mkdtempSync(join(tmpdir(), 'obsctl-bench-'));
const env = {
  ...process.env,
  XDG_STATE_HOME: join(home, 'state'),
  NO_COLOR: '1',
  OBSCTL_ON: 'local',
  OBSCTL_TELEMETRY: 'embedded',
};
/** `reached` is left out where the target is not a figure. */
const row = (what, figure, target, reached) => {
  const outcome = reached === undefined ? '' : reached ? ': reached' : ': NOT reached';
  console.log(`${what.padEnd(58)} ${figure.padEnd(26)} target ${target}${outcome}`);
};

/** What a script of this folder prints, as JSON. */
const script = (name, ...args) => {
  const file = fileURLToPath(new URL(`${name}.mjs`, import.meta.url));
  const options = { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], env, maxBuffer: 2 ** 26 };
  return JSON.parse(execFileSync(process.execPath, [file, ...args], options));
};
const quick = flags.quick ? ['--quick'] : [];

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
      help <= 2 * bare,
    );
  },

  up() {
    const times = Array.from({ length: 3 }, () => {
      const took = seconds(() => obsctl('up'));
      obsctl('down');
      return took;
    });
    row(
      'local up to ready, embedded telemetry',
      `${median(times).toFixed(1)} s (${times.map((time) => time.toFixed(1)).join(', ')})`,
      '10 s',
      median(times) <= 10,
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
    const [whole, report] = ['took', 'report'].map((name) => median(runs.map((run) => run[name])));
    row('whole demo, embedded telemetry', `${whole.toFixed(1)} s`, '90 s', whole <= 90);
    row('report after the end of the load', `${report.toFixed(1)} s`, '5 s', report <= 5);
    const resolved = runs.filter(
      ({ exemplars }) => exemplars && exemplars.collected > 0 && exemplars.unresolved === 0,
    );
    row(
      'demos in which every exemplar resolved',
      `${resolved.length} of ${count}`,
      'all',
      resolved.length === count,
    );
    const passed = runs.filter(({ verdict }) => verdict === 'passed').length;
    row(
      'demos that passed',
      `${passed} of ${count} (${runs.map(({ verdict }) => verdict).join(', ')})`,
      'all',
      passed === count,
    );
  },

  ingest() {
    ingestRows(script('ingest', ...quick), row);
  },

  analysis() {
    const { spans, seconds: took, peakMiB, evidenceMiB } = script('analysis');
    row(
      `analysis of ${spans} spans`,
      `${took.toFixed(1)} s, ${peakMiB} MiB at most (${evidenceMiB} with the evidence alone)`,
      '5 s, 500 MB',
      took <= 5 && peakMiB * 2 ** 20 <= 500e6,
    );
  },

  gate() {
    const { recordMB, gate, withOne, withAll, markdown, html } = script('gate', ...quick);
    row(
      `gate on a saved run of an hour (${recordMB} MB)`,
      `${gate.seconds} s, ${gate.peakMB} MB`,
      '3 s, 400 MB',
      gate.seconds <= 3 && gate.peakMB <= 400,
    );
    row('the same beside one baseline run', `${withOne.seconds} s, ${withOne.peakMB} MB`, 'stated');
    row('the same beside five baseline runs', `${withAll.seconds} s, ${withAll.peakMB} MB`, 'stated');
    for (const [name, { seconds, peakMB }] of Object.entries({ markdown, html }))
      row(
        `report --format ${name} on it`,
        `${seconds} s, ${peakMB} MB`,
        '3 s, 400 MB',
        seconds <= 3 && peakMB <= 400,
      );
    row('its HTML page', `${html.pageMB} MB`, '3 MB', html.pageMB <= 3);
  },

  telemetry() {
    const { withTelemetry, without } = script('telemetry-cost');
    row(
      "telemetry's cost: throughput of one api replica with / without",
      `${(withTelemetry / without).toFixed(2)} (${Math.round(withTelemetry)}/s, ${Math.round(without)}/s)`,
      'stated',
    );
  },

  backends() {
    backendsRows(script('backends', ...quick), row);
  },

  'long-report'() {
    longReportRows(script('long-report', ...quick), row);
  },
};

const wanted = positionals.length > 0 ? positionals : Object.keys(benches);
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
