import { SCHEMA_VERSION } from '../record/common.ts';
import type { Evidence } from '../record/evidence.ts';
import type { Findings } from '../record/findings.ts';
import { alertsOf } from './alerts.ts';
import { amplificationOf } from './amplification.ts';
import { askedOf } from './asked.ts';
import { attributionOf } from './attribution/index.ts';
import { baselineOf } from './baseline.ts';
import { conclusivenessOf } from './conclusiveness.ts';
import { detectSpikes } from './detection/slis.ts';
import { failedOperations } from './failed.ts';
import { gapsOf } from './gaps/index.ts';
import { notesOf } from './notes.ts';
import { recoveryOf } from './recovery.ts';
import { sliSeries } from './sli-series.ts';
import { sliTable } from './sli-table.ts';
import { spikesOf } from './spikes.ts';
import { telemetryLossOf } from './telemetry-loss/index.ts';
import { trailOf } from './trail.ts';

export { type DetectionInput, findSpikeWindows, type SpikeWindow } from './detection/slis.ts';

/**
 * What the evidence shows, by the evidence alone: no clock, no I/O, no truth. The same evidence gives the same
 * findings, byte for byte.
 */
export const analyse = (evidence: Evidence): Findings => {
  const slis = sliTable(evidence);
  const detected = detectSpikes(evidence);
  const spikes = spikesOf(evidence, detected);
  const attribution = attributionOf(evidence, detected);
  const baseline = baselineOf(evidence);
  const telemetryLoss = telemetryLossOf(evidence);
  const gaps = gapsOf(evidence, telemetryLoss);
  return {
    schemaVersion: SCHEMA_VERSION,
    slis,
    series: sliSeries(evidence),
    spikes,
    failed: failedOperations(evidence),
    clientImpact: spikes.some(({ viewpoint, phase }) => viewpoint === 'client' && phase === 'fault'),
    attribution,
    trail: trailOf(evidence, attribution, spikes),
    amplification: amplificationOf(evidence, slis),
    recovery: recoveryOf(evidence, spikes),
    baseline,
    conclusiveness: conclusivenessOf(evidence, spikes, baseline, gaps, telemetryLoss),
    gaps,
    telemetryLoss,
    asked: askedOf(evidence),
    alerts: alertsOf(evidence),
    notes: notesOf(evidence, spikes),
  };
};
