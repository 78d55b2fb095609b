import { analyse } from '../../reports/analysis/index.ts';
import type { Phase } from '../../reports/record/common.ts';
import type { Evidence } from '../../reports/record/evidence.ts';
import type { Findings } from '../../reports/record/findings.ts';
import { CLIENT_SERVICE, type LoadResult } from '../load/load-driver.ts';
import { nowSeconds } from '../shared/clock.ts';
import { FOREIGN_BOUNDS } from '../telemetry/collect/options.ts';
import { collectEvidence } from '../telemetry/collect.ts';
import { writeEvidence } from '../telemetry/evidence-files.ts';
import { settle } from '../telemetry/settle.ts';
import type { RunParts } from './run-parts.ts';

/** Longest wait for the last telemetry to show, seconds: metrics of a system of somebody's may come once a minute. */
const SETTLE_TIMEOUT = { ours: 15, foreign: 75 };

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
  entryService: string,
): Promise<Observation> => {
  const { listener, stack, foreign } = parts;
  const source = await stack.telemetry();
  listener.step?.('waiting for the last telemetry');
  const settled = await settle(source, {
    clientTraces: load.traces,
    loadEndedAt: load.endedAt,
    timeoutSeconds: foreign ? SETTLE_TIMEOUT.foreign : SETTLE_TIMEOUT.ours,
    entryService,
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
    entryService,
    clientService: CLIENT_SERVICE,
    ...(foreign ? { bounds: FOREIGN_BOUNDS, clientSpansKept: foreign.clientSpansKept } : {}),
    droppedIterations: load.droppedIterations,
    ingestionLagSeconds: settled.ingestionLagSeconds,
    settle: settled.settle,
  });
  writeEvidence(directory, evidence);
  listener.step?.('analysing');
  return { evidence, findings: analyse(evidence) };
};
