// How long `obsctl gate` takes on a saved run of an hour, by itself and beside baseline runs of an hour each, and `obsctl
// report` in each format; and the most memory they hold. Prints JSON.
//   node scripts/bench/gate.mjs [--quick] [--seconds 3600] [--baselines 5] [--times 3]
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { load } from '../bundled.mjs';
import { median, rounded } from './figures.mjs';
import { OwnUser } from './own-user.mjs';

const { values: given } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    seconds: { type: 'string', default: '3600' },
    baselines: { type: 'string', default: '5' },
    times: { type: 'string' },
  },
});
const times = Number(given.times ?? (given.quick ? 1 : 3));
const PEAK = fileURLToPath(new URL('peak-memory.mjs', import.meta.url));

const { longRecord } = await load('scripts/bench/gate-record.ts');
const { sectionedJson } = await load('cli/shared/canonical-json.ts');
const user = new OwnUser();

const save = (seed) => {
  const record = longRecord(seed, Number(given.seconds));
  const folder = join(user.home, 'runs', record.runId);
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'record.json');
  writeFileSync(file, sectionedJson(record));
  return file;
};

const measure = async (args) => {
  const peak = join(user.home, 'peak');
  const runs = [];
  for (let i = 0; i < times; i++) {
    const { value, seconds } = await user.json(args, {
      node: ['--import', PEAK],
      env: { PEAK_MEMORY_FILE: peak },
    });
    runs.push({ value, seconds, peakMB: Number(readFileSync(peak, 'utf8')) / 1e6 });
  }
  return {
    seconds: rounded(median(runs.map(({ seconds }) => seconds))),
    peakMB: rounded(Math.max(...runs.map(({ peakMB }) => peakMB)), 0),
    verdict: runs[0].value.verdict?.name,
    rows: runs[0].value.comparison?.rows.length ?? 0,
  };
};

const pageMB = (record) => rounded(statSync(join(dirname(record), 'report.html')).size / 1e6);

try {
  const [run, ...baselines] = Array.from({ length: 1 + Number(given.baselines) }, (_, i) => save(i + 1));
  const slo = ['--slo', 'shop', '--slo', 'api'];
  console.log(
    JSON.stringify({
      recordMB: rounded(statSync(run).size / 1e6, 1),
      gate: await measure(['gate', run, ...slo, '--junit', join(user.home, 'junit.xml')]),
      withOne: await measure(['gate', run, ...slo, '--baseline', baselines[0]]),
      withAll: await measure(['gate', run, ...slo, '--baseline', baselines.join(',')]),
      markdown: await measure(['report', '--from', run, '--format', 'markdown']),
      html: { ...(await measure(['report', '--from', run, '--format', 'html'])), pageMB: pageMB(run) },
    }),
  );
} finally {
  await user.leave();
}
