import { analyse } from '../../reports/analysis/index.ts';
import type { Phase } from '../../reports/record/common.ts';
import type { Evidence } from '../../reports/record/evidence.ts';
import type { Findings } from '../../reports/record/findings.ts';
import { CLIENT_SERVICE, type LoadResult } from '../load/load-driver.ts';
import { nowSeconds } from '../shared/clock.ts';
import { collectEvidence } from '../telemetry/collect.ts';
import { writeEvidence } from '../telemetry/evidence-files.ts';
import { settle } from '../telemetry/settle.ts';
import { ENTRY_SERVICE, type RunParts } from './run-parts.ts';

/** Longest wait for the last telemetry to show, seconds. */
const SETTLE_TIMEOUT = 15;

export interface Observation {
  evidence: Evidence;
  findings: Findings;
}

/**
 * After the load: waits until its telemetry shows, collects the evidence into `directory` and analyses it. It
 * knows nothing of what was injected.
 */
export const observe = async (
  load: LoadResult,
  phases: Phase[],
  parts: RunParts,
  directory: string,
): Promise<Observation> => {
  const { listener, stack } = parts;
  const source = await stack.telemetry();
  listener.step?.('waiting for the last telemetry');
  const settled = await settle(source, {
    clientTraces: load.traces,
    loadEndedAt: load.endedAt,
    timeoutSeconds: SETTLE_TIMEOUT,
    entryService: ENTRY_SERVICE,
    clientService: CLIENT_SERVICE,
  });
  listener.step?.('collecting the evidence');
  const window = { from: phases[0]!.from, to: nowSeconds() };
  const incidents = (await stack.status())?.incidents ?? [];
  const evidence = await collectEvidence(source, {
    window,
    phases,
    client: load.series,
    clientTraces: load.traces,
    load: { from: load.startedAt, sent: load.sent, unreadableSamples: load.unreadableSamples },
    incidents: incidents.filter(({ time }) => time >= window.from),
    entryService: ENTRY_SERVICE,
    clientService: CLIENT_SERVICE,
    droppedIterations: load.droppedIterations,
    ingestionLagSeconds: settled.ingestionLagSeconds,
    settle: settled.settle,
  });
  writeEvidence(directory, evidence);
  listener.step?.('analysing');
  return { evidence, findings: analyse(evidence) };
};
