import type { Yardsticks } from '../../reports/judge/index.ts';
import type { Phase } from '../../reports/record/common.ts';
import type { Execution, Experiment, RunRecord } from '../../reports/record/record.ts';
import type { InjectedFault } from '../../reports/record/truth.ts';
import type { LoadResult } from '../load/load-driver.ts';
import { messageOf } from '../shared/errors.ts';
import type { StackStatus } from '../stack/stack.ts';
import { assembleRecord } from './assemble.ts';
import type { Observation } from './observe.ts';
import type { RunFolder } from './run-folder.ts';
import { releaseReserve } from './run-mark.ts';
import { type SoFar, unfinished } from './unfinished.ts';

/** What a record is made of, besides what does not change in a run. */
export interface Known {
  phases: Phase[];
  faults: InjectedFault[];
  load: LoadResult | null;
  observation: Observation | null;
  status: StackStatus | null;
}

/** Keeps the record of a run: there is one from the beginning, true at any time, and the last one says how it ended. */
export class RecordKeeper {
  constructor(
    private readonly experiment: Experiment,
    private readonly folder: RunFolder,
    /** What the end is held against. */
    private readonly yardsticks?: Yardsticks,
  ) {}

  /** Writes how far the run is. Returns why it could not be written, or null: the run itself does not depend on it. */
  soFar(known: Known, soFar: Omit<SoFar, 'injected'>): string | null {
    try {
      this.write(known, unfinished({ ...soFar, injected: known.faults }));
      return null;
    } catch (error) {
      return messageOf(error);
    }
  }

  /**
   * Writes the end of the run. Where there is no room for all of it: what was kept for that is given back, and it says
   * so without evidence and findings. Throws what the system says where not even that can be written.
   */
  end(known: Known, execution: Execution): RunRecord {
    try {
      return this.write(known, execution, this.yardsticks);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === undefined) throw error;
      releaseReserve(this.folder.path);
      const status = execution.status === 'completed' ? 'failed' : execution.status;
      const why = `The whole record could not be written: ${messageOf(error)}.`;
      return this.write(
        { ...known, load: null, observation: null },
        { ...execution, status, error: [execution.error, why].filter(Boolean).join(' ') },
        this.yardsticks,
      );
    }
  }

  private write(known: Known, execution: Execution, yardsticks?: Yardsticks): RunRecord {
    const { folder, experiment } = this;
    const record = assembleRecord({ runId: folder.runId, experiment, ...known, execution, yardsticks });
    folder.writeJson('record.json', record);
    return record;
  }
}
