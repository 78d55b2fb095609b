import type { RunRecord } from '../record/record.ts';

/** Files of a report, paths relative to the run's folder, the report itself first. */
export interface Rendered {
  files: { path: string; content: string }[];
}

/** Turns a finished record into text. Never queries, never computes a finding; the same record, the same bytes. */
export type Renderer = (record: RunRecord) => Promise<Rendered>;
