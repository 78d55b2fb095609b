import type { Experiment, RunRecord } from '../../reports/record/record.ts';
import type { Injection } from '../chaos/chaos-driver.ts';
import type { StackStatus } from '../stack/stack.ts';
import { annotationsOf } from './annotations.ts';
import { FaultSchedule } from './fault-schedule.ts';
import { Journal } from './journal.ts';
import { type KeeperListener, LeaseKeeper } from './lease-keeper.ts';
import { type Observation, observe } from './observe.ts';
import { injectionOf } from './planned-injection.ts';
import { reconcile } from './reconcile.ts';
import { type Known, RecordKeeper } from './record-keeper.ts';
import { type Restoration, verifyRestoration } from './restoration.ts';
import { newRunId, RunFolder } from './run-folder.ts';
import { markRunning, unmarkRunning } from './run-mark.ts';
import { describe, outcomeOf, type Progress } from './run-outcome.ts';
import { entryServiceOf, type RunParts } from './run-parts.ts';
import { refuseTrueFromTheStart } from './stop-refusal.ts';
import { UnderLoad } from './under-load.ts';
import { writeReport } from './write-report.ts';

export interface RunOutcome {
  record: RunRecord;
  folder: RunFolder;
}

/** One run of an experiment, from the first request to the record. */
class Run {
  private readonly folder: RunFolder;
  private readonly journal: Journal;
  private readonly faults: FaultSchedule;
  private readonly loaded: UnderLoad;
  private readonly records: RecordKeeper;
  private observation: Observation | null = null;
  private restoration: Restoration = { restored: false, sentences: ['It was not checked.'] };
  private progress: Progress = { status: 'completed', error: null, stop: null };
  /** The stack as it was lastly seen. */
  private status: StackStatus | null = null;

  constructor(
    private readonly experiment: Experiment,
    private readonly parts: RunParts,
    private readonly out: string,
  ) {
    this.folder = new RunFolder(out, newRunId());
    this.folder.create();
    markRunning(this.folder.path, parts.foreign?.baseUrl);
    this.journal = new Journal(this.folder.journal);
    this.records = new RecordKeeper(experiment, this.folder, parts.yardsticks);
    this.faults = new FaultSchedule(experiment.faults, experiment.durations.fault, (planned) =>
      this.keeperOf(injectionOf(planned)),
    );
    this.loaded = new UnderLoad(experiment, parts, this.folder, this.journal, this.faults, () => this.note());
  }

  async perform(): Promise<RunOutcome> {
    const { runId, path } = this.folder;
    this.journal.append('run-started', { experiment: this.experiment });
    this.note();
    this.parts.listener.started?.({ runId, path });
    await this.attempt(() => this.putRight());
    if (this.progress.status === 'completed') await this.attempt(() => this.loaded.perform());
    this.note();
    await this.attempt(() => this.observe());
    await this.attempt(() => this.restore());
    return this.conclude();
  }

  private keeperOf(injection: Injection): LeaseKeeper {
    const { chaos, listener, foreign } = this.parts;
    const told: KeeperListener = {
      changed: (what, { name }) => {
        if (what === 'injected') this.folder.writeJson('truth.json', this.faults.truth);
        this.note();
        listener.fault?.(what, name);
      },
      warning: (text) => listener.warning?.(text),
    };
    return new LeaseKeeper(chaos, this.journal, injection, told, foreign?.services);
  }

  /** The record as it is to be found should this command be killed now. */
  private note(): void {
    const { phases, inPhase: phase } = this.loaded;
    const begun = phases.some(({ name }) => name === 'fault');
    const touched = begun && this.experiment.faults.length > 0;
    this.records.soFar({ ...this.known(), observation: null }, { phase, loaded: phases.length > 0, touched });
  }

  private known(): Known {
    const { phases, result: load } = this.loaded;
    return { phases, faults: this.faults.injected, load, observation: this.observation, status: this.status };
  }

  /** One step; its failure is kept (the first one counts) and never stops the steps that put things right. */
  private async attempt(step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (error) {
      if (this.progress.status !== 'completed') return;
      this.progress = outcomeOf(error, this.parts.signal.aborted);
      const { status, stop } = this.progress;
      this.journal.appendIfPossible(status, { why: describe(error), ...(stop ? { stop } : {}) });
      if (status !== 'interrupted') this.parts.listener.warning?.(describe(error));
    }
  }

  /** What a crashed run left on must not be taken for what this one does. */
  private async putRight(): Promise<void> {
    const cleared = await this.parts.chaos.clearAll();
    if (cleared > 0) {
      this.journal.append('foreign-faults-cleared', { cleared });
      this.parts.listener.warning?.(`${cleared} faults of an earlier command were still on and were cleared`);
    }
    await reconcile(this.out, this.parts, this.journal);
    this.status = await this.parts.stack.status();
  }

  private async observe(): Promise<void> {
    const { result, phases } = this.loaded;
    if (!result || phases.length === 0) return;
    this.observation = await observe(
      ...([result, phases, this.parts, this.folder.path] as const),
      entryServiceOf(this.experiment),
    );
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
    this.status = await this.parts.stack.status();
    const { restored, sentences: restoration } = this.restoration;
    const { baselineUnmet } = this.loaded;
    const record = this.records.end(this.known(), {
      ...this.progress,
      restored,
      restoration,
      ...(baselineUnmet.length > 0 ? { baselineUnmet } : {}),
    });
    await this.writeRest(record);
    await this.annotate(record);
    unmarkRunning(this.folder.path);
    return { record, folder: this.folder };
  }

  /** The record says it all: where there is no room for the rest, that is said and no more. */
  private async writeRest(record: RunRecord): Promise<void> {
    try {
      this.folder.writeJson('truth.json', this.faults.truth);
      await writeReport(this.folder, record);
      this.journal.append('run-ended', { verdict: record.verdict });
    } catch (error) {
      this.parts.listener.warning?.(`not all files of the run could be written: ${describe(error)}`);
    }
    this.journal.close();
  }
}

/**
 * Runs the experiment on a stack that is up, and leaves its record and report under `out`. Whatever happens on
 * the way, faults are cleared, the undo is verified and a record is written; the verdict says how it went.
 * Throws USAGE, before anything is touched, where a stop condition is true from the start.
 */
export const runExperiment = async (
  experiment: Experiment,
  parts: RunParts,
  out: string,
): Promise<RunOutcome> => {
  refuseTrueFromTheStart(experiment);
  return new Run(experiment, parts, out).perform();
};
