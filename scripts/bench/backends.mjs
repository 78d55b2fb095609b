// A stack with the real back ends: how long `up` takes (beside one with the embedded telemetry), what it takes of memory
// under load, how soon a request can be seen, and how soon after the load a run's report is there. The tools must be
// installed. Reads /proc, so it runs on Linux only. Prints JSON.
//   node scripts/bench/backends.mjs [--quick] [--ups 5] [--seconds 90] [--rate 40] [--requests 40] [--runs 3]
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { withCleanUp } from './clean-up.mjs';
import { median, pause, rounded } from './figures.mjs';
import { watchMemory } from './memory.mjs';
import { OwnUser } from './own-user.mjs';
import { measureVisible } from './visible.mjs';

const { values: given } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    ups: { type: 'string' },
    seconds: { type: 'string' },
    rate: { type: 'string' },
    requests: { type: 'string' },
    runs: { type: 'string' },
  },
});
const USUAL = { ups: 5, seconds: 90, rate: 40, requests: 40, runs: 3 };
const QUICK = { ups: 1, seconds: 25, rate: 40, requests: 5, runs: 1 };
const values = { ...(given.quick ? QUICK : USUAL), ...given };
const BACKENDS = ['otelcol', 'prometheus', 'loki', 'tempo'];
/** The load runs for so long before the first request is looked for, milliseconds. */
const WARM_UP_MS = 8000;
const SHORT_PHASES = ['--warm-up', '2s', '--steady', '15s', '--duration', '10s', '--recovery', '5s'];

const user = new OwnUser();

/** Seconds of each `up` to ready; the stack is taken down after each. */
const upTimes = async (telemetry, times) => {
  const seconds = [];
  while (seconds.length < times) {
    const up = await user.json(['up', '--telemetry', telemetry]);
    if (up.code !== 0 || up.value.telemetry !== telemetry)
      throw new Error(`up --telemetry ${telemetry} failed`);
    seconds.push(rounded(up.seconds));
    await user.start(['down']).ended;
  }
  return { median: median(seconds), each: seconds };
};

const underLoad = async () => {
  const { value: status } = await user.json(['up', '--telemetry', 'grafana']);
  const components = status.components.filter(({ pid }) => pid !== null);
  const { seconds, rate } = values;
  const load = user.start(['load', 'steady', '--rate', `${rate}`, '--duration', `${seconds}s`, '--json']);
  let runs = true;
  load.ended.then(() => (runs = false));
  const memory = watchMemory(user.supervisor(), components, BACKENDS);
  await pause(WARM_UP_MS);
  const visible = await measureVisible(status.endpoints, Number(values.requests), () => runs);
  const { code, stdout, stderr, seconds: took } = await load.ended;
  const found = memory.stop();
  if (code !== 0 && code !== 3) throw new Error(`the load ended with ${code}\n${stderr}`);
  const { requests, failures, droppedIterations } = JSON.parse(stdout);
  const perSecond = rounded(requests / Number(seconds), 1);
  return {
    load: { requests, failures, droppedIterations, perSecond, seconds: rounded(took, 1) },
    memory: found,
    visible,
  };
};

/** One run on the stack that is up: seconds from the end of its load until the command has ended, report written. */
const reportDelay = async () => {
  const phases = values.quick ? SHORT_PHASES : [];
  const run = await user.json(['run', '--telemetry', 'grafana', '--fault', 'downstream-error', ...phases]);
  const ended = Date.now() / 1000;
  const { phases: past, completeness, verdict } = JSON.parse(readFileSync(run.value.record, 'utf8'));
  return {
    seconds: rounded(ended - past.at(-1).to, 1),
    ingestionLagSeconds: completeness?.ingestionLagSeconds ?? null,
    verdict: verdict.name,
  };
};

const reportDelays = async () => {
  const runs = [];
  while (runs.length < Number(values.runs)) runs.push(await reportDelay());
  return { median: median(runs.map(({ seconds }) => seconds)), runs };
};

const measure = async () => {
  const up = {
    grafana: await upTimes('grafana', Number(values.ups)),
    embedded: await upTimes('embedded', Math.min(3, Number(values.ups))),
  };
  const { load, memory, visible } = await underLoad();
  return { up, load, memory, visible, report: await reportDelays() };
};

const figures = await withCleanUp(measure, () => user.leave());
console.log(JSON.stringify(figures, null, 2));
