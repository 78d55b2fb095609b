import type { Evidence } from '../record/evidence.ts';
import type { Findings } from '../record/findings.ts';
import { inside } from './detection/anomaly.ts';
import { phaseNamed } from './phases.ts';
import { clientPoints, type Point, sumRed, userRoutes } from './series.ts';

/** What makes a steady state: enough of it to compare with, and next to no failures. */
export const STEADY_STATE = {
  minRequests: 20,
  /** A phase of 10 s holds nine whole seconds; one may be empty. */
  minSeconds: 8,
  maxErrorRatio: 0.01,
  /** Failures must not come in a stretch, even where the ratio is low. */
  maxFailingShare: 0.1,
} as const;

const percent = (ratio: number): string => `${(ratio * 100).toFixed(1)} %`;

/** The client's own series; where there is none, what the entry service counted, and how its requests are called. */
const pointsOf = ({ client, red, entryService }: Evidence): { points: Point[]; whose: string } =>
  client === null
    ? { points: sumRed(userRoutes(red, entryService)).points, whose: `${entryService}'s` }
    : { points: clientPoints(client.overall), whose: "the client's" };

/**
 * Whether the steady phase was one, by the client's own series (the entry service's where there is no client), with what
 * speaks against it.
 */
export const baselineOf = (evidence: Evidence): Findings['baseline'] => {
  const { phases, client } = evidence;
  const asked = client === null ? `requests of ${evidence.entryService}` : 'client requests';
  const { points: all, whose } = pointsOf(evidence);
  const steady = phaseNamed(phases, 'steady');
  const unknown = (reason: string) => ({ observed: false, met: false, reasons: [reason] });
  if (!steady) return unknown('The run has no steady phase to compare with.');
  const points = inside(all, steady).filter(({ requests }) => requests > 0);
  const requests = points.reduce((sum, p) => sum + p.requests, 0);
  if (requests < STEADY_STATE.minRequests) {
    return unknown(
      `Only ${requests} ${asked} ended in the steady phase; ${STEADY_STATE.minRequests} are needed.`,
    );
  }
  const seconds = points.reduce((sum, p) => sum + p.seconds, 0);
  if (seconds < STEADY_STATE.minSeconds) {
    return unknown(
      `Only ${seconds} s of the steady phase saw requests end; ${STEADY_STATE.minSeconds} s are needed.`,
    );
  }
  const failures = points.reduce((sum, p) => sum + p.failures, 0);
  // A longer step nearly always holds some failure of a busy service: there the ratio alone says it.
  const fine = points.every((p) => p.seconds === 1);
  const failing = fine ? points.filter((p) => p.failures > 0).length / points.length : 0;
  const reasons = [
    ...(failures / requests > STEADY_STATE.maxErrorRatio
      ? [
          `${percent(failures / requests)} of ${whose} requests failed in the steady phase; at most ${percent(STEADY_STATE.maxErrorRatio)} may.`,
        ]
      : []),
    ...(failing > STEADY_STATE.maxFailingShare
      ? [
          `Requests failed in ${percent(failing)} of the steady phase's seconds; at most ${percent(STEADY_STATE.maxFailingShare)} may.`,
        ]
      : []),
  ];
  return { observed: true, met: reasons.length === 0, reasons };
};
