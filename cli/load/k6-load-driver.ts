import { mkdir } from 'node:fs/promises';
import { listScenarios } from './catalogue.ts';
import { startK6 } from './k6-process.ts';
import { K6Run } from './k6-run.ts';
import type { LoadDriver, ScenarioInfo } from './load-driver.ts';
import { findScript } from './script.ts';

export interface K6LoadDriverOptions {
  /** Finds k6, or gets it; asked once a start. */
  binary: () => Promise<{ path: string; version: string }>;
  scenarios?: ScenarioInfo[];
}

/** Load by k6: its scripts, its exit code, its summary; series and client spans are made from its samples. */
export const k6LoadDriver = ({ binary, scenarios = listScenarios() }: K6LoadDriverOptions): LoadDriver => ({
  list: () => scenarios,
  prepare: async () => {
    await binary();
  },
  start: async (name, options) => {
    const script = findScript(name, scenarios);
    const { path, version } = await binary();
    await mkdir(options.directory, { recursive: true });
    return new K6Run(await startK6(path, script, options), script.name, options, version);
  },
});
