import type { RunListener } from '../experiment/run-events.ts';
import { formatSeconds } from '../shared/duration.ts';
import type { Output } from '../shared/output.ts';
import { progressText } from './load.ts';

/** Shows a run as it goes. */
export const watchRun = (output: Output): RunListener => ({
  started: ({ runId, path }) => output.info(`run ${output.style('bold', runId)} in ${path}`),
  phase: (phase, seconds) =>
    output.info(`${output.style('cyan', phase.padEnd(8))} ${formatSeconds(seconds)}`),
  load: (progress, phase) => void output.spin(`${phase ?? 'ending'}: ${progressText(progress)}`),
  fault: (what, text) =>
    output.info(`${output.style(what === 'injected' ? 'yellow' : 'green', what)} ${text}`),
  step: (text) => output.step(text),
  warning: (text) => output.warn(text),
});
