import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { isDone, readOutcomes } from '../../../scripts/campaign/store.ts';
import { type RunOptions, runProof } from '../../../scripts/proof/main.ts';
import type { ProofEntry } from '../../../scripts/proof/plan.ts';
import { type ProofRow, rowOfFolder } from '../../../scripts/proof/row.ts';

/** Proofs of one test file: their run folders are kept until `end`. */
export class Proofs {
  private readonly out = mkdtempSync(join(tmpdir(), 'obsctl-proof-'));

  private readonly controller = new AbortController();
  private running: Promise<void> = Promise.resolve();

  constructor(private readonly options: Pick<RunOptions, 'telemetry' | 'runsAStack'>) {}

  /** Runs those of the entries that have not run yet, one after the other. */
  async run(entries: ProofEntry[]): Promise<void> {
    this.running = runProof({
      ...this.options,
      root: resolve('.'),
      out: this.out,
      entries: entries.filter((entry) => !isDone(this.out, entry)),
      signal: this.controller.signal,
      log: () => undefined,
    });
    await this.running;
  }

  /** What came of a run. */
  row(entry: ProofEntry): ProofRow {
    const [result] = readOutcomes(this.out, [entry]);
    if (!result) throw new Error(`${entry.id} has not run`);
    return rowOfFolder(this.out, result);
  }

  /** Ends a run that a time-out left behind, its stack too, and removes the run folders. */
  async end(): Promise<void> {
    this.controller.abort();
    await this.running.catch(() => undefined);
    rmSync(this.out, { recursive: true, force: true });
  }
}

/** The hops that do not hold, in words; empty where the chain is whole. */
export const brokenHops = ({ id, hops }: ProofRow): string[] =>
  hops.filter(({ ok }) => !ok).map(({ name, text }) => `${id} is broken at ${name}: ${text}`);
