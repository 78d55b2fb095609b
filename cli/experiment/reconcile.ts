import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Phase } from '../../reports/record/common.ts';
import type { RunRecord } from '../../reports/record/record.ts';
import type { InjectedFault } from '../../reports/record/truth.ts';
import { verdictOf } from '../../reports/verdict/of-record.ts';
import { nowSeconds } from '../shared/clock.ts';
import type { Journal } from '../shared/journal.ts';
import { type Restoration, verifyRestoration } from './restoration.ts';
import { listRunIds, RunFolder } from './run-folder.ts';
import { isAbandoned, unmarkRunning, wentOn } from './run-mark.ts';
import { describe } from './run-outcome.ts';
import type { RunParts } from './run-parts.ts';
import { sealRecord } from './seal.ts';
import { hasEnded } from './unfinished.ts';
import { writeReport } from './write-report.ts';

/** When it was last heard of: k6's samples end when it does, and k6 goes with its command. */
const lastHeard = ({ load, journal }: RunFolder): number => {
  const files = [join(load, 'samples.json'), journal].filter(existsSync);
  return Math.max(0, ...files.map((file) => statSync(file).mtimeMs / 1000));
};

const cutAt = (phases: Phase[], time: number): Phase[] =>
  phases.map((phase) => ({ ...phase, to: Math.max(phase.from, Math.min(phase.to, time)) }));

/** Nobody saw how it ended; that it is gone has been read back now. */
const asGone = (fault: InjectedFault): InjectedFault =>
  fault.verifiedClearedAt === null
    ? {
        ...fault,
        endedBy: 'unknown',
        verifiedClearedAt: nowSeconds(),
        carriers: fault.carriers.map((carrier) => ({ ...carrier, verifiedGone: true })),
      }
    : fault;

const restorationOf = (record: RunRecord, folder: RunFolder, parts: RunParts): Promise<Restoration> =>
  verifyRestoration({
    ...parts,
    ...{ experiment: record.experiment, injected: record.faults, findings: null, loadEndedAt: null },
    ...{ runId: record.runId, directory: folder.path, touched: !record.execution.restored },
  });

/** The record as it is once somebody has seen how things are now. */
const reconciled = (record: RunRecord, seen: Restoration, folder: RunFolder): RunRecord => {
  const { seal: _seal, verdict: _verdict, ...rest } = record;
  const damage = folder.journalDamage();
  const execution = {
    ...record.execution,
    error: [record.execution.error?.replace('it is still going on, or ', ''), damage]
      .filter(Boolean)
      .join(' '),
    restored: seen.restored,
    restoration: ['Seen when the next run began:', ...seen.sentences],
  };
  const changed = {
    ...rest,
    phases: cutAt(record.phases, lastHeard(folder)),
    faults: seen.restored ? record.faults.map(asGone) : record.faults,
    execution,
  };
  return sealRecord({ ...changed, verdict: verdictOf(changed) });
};

/** Its command was killed after it had written the run's end: that stays as it is, and only the report may be missing. */
const finishReport = async (folder: RunFolder, record: RunRecord, { listener }: RunParts): Promise<void> => {
  await writeReport(folder, record);
  listener.warning?.(`run ${folder.runId} had ended, and its report is written now`);
};

const reconcileOne = async (folder: RunFolder, parts: RunParts, journal: Journal): Promise<void> => {
  const { listener } = parts;
  const damage = folder.journalDamage();
  if (damage) listener.warning?.(`the journal of run ${folder.runId}: ${damage}`);
  const record = folder.readRecord();
  if (hasEnded(record.execution)) return finishReport(folder, record, parts);
  listener.step?.(`putting right what run ${folder.runId} left`);
  const after = reconciled(record, await restorationOf(record, folder, parts), folder);
  folder.writeJson('record.json', after);
  const { runId, verdict } = after;
  journal.append('run-reconciled', { runId, verdict });
  listener.warning?.(`run ${runId} had been cut short; its verdict is ${verdict.name}`);
};

/**
 * Looks after the runs under `out` that ended without their end: sees whether everything is as before, and writes that into
 * their records. Whatever an earlier command had left on has to be cleared before. What cannot be done is said, and
 * the rest goes on.
 */
export const reconcile = async (out: string, parts: RunParts, journal: Journal): Promise<void> => {
  for (const runId of listRunIds(out)) {
    const folder = new RunFolder(out, runId);
    if (!isAbandoned(folder.path) || !wentOn(folder.path, parts.foreign?.baseUrl)) continue;
    try {
      await reconcileOne(folder, parts, journal);
    } catch (error) {
      parts.signal.throwIfAborted();
      parts.listener.warning?.(
        `run ${runId} was cut short, and its record stays as it is: ${describe(error)}`,
      );
    }
    unmarkRunning(folder.path);
  }
};
