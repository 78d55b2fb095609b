import type { Execution, Experiment, RunRecord } from '../../reports/record/record.ts';
import type { Injection } from '../chaos/chaos-driver.ts';
import { messageOf, ObsctlError } from '../shared/errors.ts';
import { annotationsOf } from './annotations.ts';
import { assembleRecord } from './assemble.ts';
import { FaultSchedule } from './fault-schedule.ts';
import { Journal } from './journal.ts';
import { LeaseKeeper } from './lease-keeper.ts';
import { type Observation, observe } from './observe.ts';
import { injectionOf } from './planned-injection.ts';
import { type Restoration, verifyRestoration } from './restoration.ts';
import { newRunId, RunFolder } from './run-folder.ts';
import type { RunParts } from './run-parts.ts';
import { UnderLoad } from './under-load.ts';
import { writeReport } from './write-report.ts';

export interface RunOutcome {
  record: RunRecord;
  folder: RunFolder;
}

const describe = (error: unknown): string =>
  error instanceof ObsctlError ? [error.message, ...error.details].join(' ') : messageOf(error);

/** One run of an experiment, from the first request to the record. */
class Run {
  private readonly folder: RunFolder;
  private readonly journal: Journal;
  private readonly faults: FaultSchedule;
  private readonly loaded: UnderLoad;
  private observation: Observation | null = null;
  private restoration: Restoration = { restored: false, sentences: ['It was not checked.'] };
  private status: Execution['status'] = 'completed';
  private error: string | null = null;

  constructor(
    private readonly experiment: Experiment,
    private readonly parts: RunParts,
    out: string,
  ) {
    this.folder = new RunFolder(out, newRunId());
    this.folder.create();
    this.journal = new Journal(this.folder.journal);
    this.faults = new FaultSchedule(experiment.faults, experiment.durations.fault, (planned) =>
      this.keeperOf(injectionOf(planned)),
    );
    this.loaded = new UnderLoad(experiment, parts, this.folder, this.journal, this.faults);
  }

  async perform(): Promise<RunOutcome> {
    const { runId, path } = this.folder;
    this.journal.append('run-started', { experiment: this.experiment });
    this.parts.listener.started?.({ runId, path });
    await this.attempt(() => this.clearForeignFaults());
    if (this.status === 'completed') await this.attempt(() => this.loaded.perform());
    await this.attempt(() => this.observe());
    await this.attempt(() => this.restore());
    return this.conclude();
  }

  private keeperOf(injection: Injection): LeaseKeeper {
    const { chaos, listener } = this.parts;
    return new LeaseKeeper(chaos, this.journal, injection, {
      changed: (what, { name }) => {
        if (what === 'injected') this.folder.writeJson('truth.json', this.faults.truth);
        listener.fault?.(what, name);
      },
      warning: (text) => listener.warning?.(text),
    });
  }

  /** One step; its failure is kept (the first one counts) and never stops the steps that put things right. */
  private async attempt(step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (error) {
      if (this.status !== 'completed') return;
      const interrupted = this.parts.signal.aborted;
      this.status = interrupted ? 'interrupted' : 'failed';
      this.error = interrupted ? null : describe(error);
      this.journal.appendIfPossible(this.status, { why: describe(error) });
      if (!interrupted) this.parts.listener.warning?.(describe(error));
    }
  }

  /** What a crashed run left on must not be taken for what this one does. */
  private async clearForeignFaults(): Promise<void> {
    const cleared = await this.parts.chaos.clearAll();
    if (cleared === 0) return;
    this.journal.append('foreign-faults-cleared', { cleared });
    this.parts.listener.warning?.(`${cleared} faults of an earlier command were still on and were cleared`);
  }

  private async observe(): Promise<void> {
    const { result, phases } = this.loaded;
    if (!result || phases.length === 0) return;
    this.observation = await observe(result, phases, this.parts, this.folder.path);
  }

  private async restore(): Promise<void> {
    await this.faults.clear();
    this.restoration = await this.verified();
  }

  /** A check that fails is no proof either way; the record says why it failed. */
  private async verified(): Promise<Restoration> {
    try {
      return await this.verify();
    } catch (error) {
      return { restored: false, sentences: [`It could not be verified: ${describe(error)}`] };
    }
  }

  private verify(): Promise<Restoration> {
    return verifyRestoration({
      ...this.parts,
      experiment: this.experiment,
      injected: this.faults.injected,
      findings: this.observation?.findings ?? null,
      loadEndedAt: this.loaded.result?.endedAt ?? null,
      runId: this.folder.runId,
      directory: this.folder.path,
    });
  }

  /** For people who look at graphs; a run does not depend on it. */
  private async annotate(record: RunRecord): Promise<void> {
    try {
      await (await this.parts.annotator())?.annotate(annotationsOf(record));
    } catch (error) {
      this.parts.listener.warning?.(`the run is not marked in Grafana: ${describe(error)}`);
    }
  }

  private async conclude(): Promise<RunOutcome> {
    this.parts.listener.step?.('writing the report');
    const { restored, sentences: restoration } = this.restoration;
    const record = assembleRecord({
      runId: this.folder.runId,
      experiment: this.experiment,
      phases: this.loaded.phases,
      faults: this.faults.injected,
      load: this.loaded.result,
      observation: this.observation,
      execution: { status: this.status, error: this.error, restored, restoration, stop: null },
      status: await this.parts.stack.status(),
    });
    this.folder.writeJson('truth.json', this.faults.truth);
    this.folder.writeJson('record.json', record);
    await writeReport(this.folder, record);
    await this.annotate(record);
    this.journal.append('run-ended', { verdict: record.verdict });
    this.journal.close();
    return { record, folder: this.folder };
  }
}

/**
 * Runs the experiment on a stack that is up, and leaves its record and report under `out`. Whatever happens on
 * the way, faults are cleared, the undo is verified and a record is written; the verdict says how it went.
 */
export const runExperiment = (experiment: Experiment, parts: RunParts, out: string): Promise<RunOutcome> =>
  new Run(experiment, parts, out).perform();
