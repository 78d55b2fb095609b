import { appendFileSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import type { RunRecord } from '../../reports/record/record.ts';
import { annotations, stepSummary } from '../../reports/renderers/github.ts';
import { junitXml } from '../../reports/renderers/junit.ts';
import { findRecord } from '../experiment/baselines.ts';
import { judgeAgain } from '../experiment/reconsider.ts';
import { makeFolder } from '../shared/folder.ts';
import type { Context } from './context.ts';
import { verdictLines } from './verdict-lines.ts';
import { addYardstickOptions, type YardstickFlags, yardsticksOf } from './yardstick-options.ts';

interface GateFlags extends YardstickFlags {
  out: string;
  junit?: string;
  github?: boolean;
}

const HELP = `
Judges a saved run anew: no stack is needed, and its record stays as it is. Without --slo and --baseline it is judged by
what it was judged by when it ran. The exit code is that of the verdict, see docs/exit-codes.md.

--github writes annotations for GitHub Actions to standard error, the step summary to $GITHUB_STEP_SUMMARY, and the
outputs \`verdict\`, \`exit-code\` and \`run-id\` to $GITHUB_OUTPUT, where those are set.

Examples:
  obsctl gate latest --slo shop
  obsctl gate latest --slo slo/checkout.yaml --junit out.xml --github
  obsctl gate latest --baseline 20261122-140501-3fa2,20261122-141012-91bd
  obsctl gate artifacts/record.json --slo shop`;

const writeJunit = (file: string, record: RunRecord): void => {
  makeFolder(dirname(resolve(file)));
  writeFileSync(file, junitXml(record));
};

/** Annotations go to standard error, which the runner reads as well: standard output is the command's answer. */
const tellGithub = (record: RunRecord): void => {
  const { GITHUB_STEP_SUMMARY: summary, GITHUB_OUTPUT: outputs } = process.env;
  process.stderr.write(annotations(record));
  if (summary) appendFileSync(summary, stepSummary(record));
  const { name, exitCode } = record.verdict;
  if (outputs) appendFileSync(outputs, `verdict=${name}\nexit-code=${exitCode}\nrun-id=${record.runId}\n`);
};

export const define = (command: Command, { output }: Context): void => {
  addYardstickOptions(
    command.argument('[run]', 'a run id, the path of a run folder or of a record.json', 'latest'),
  )
    .option('--out <folder>', 'where the run folders are', 'runs')
    .option('--junit <file>', 'write the outcome as JUnit XML; folders that are missing are made')
    .option('--github', 'annotations, step summary and outputs for GitHub Actions')
    .addHelpText('after', HELP)
    .action((run: string, flags: GateFlags) => {
      const saved = findRecord(flags.out, run).readRecord();
      const record = judgeAgain(saved, yardsticksOf(flags, saved, flags.out));
      if (flags.junit) writeJunit(flags.junit, record);
      const { runId, verdict, hypothesis, objectives, comparison } = record;
      output.result(
        { runId, verdict, hypothesis, objectives, comparison, junit: flags.junit ?? null },
        [`run ${runId}`, ...verdictLines(record, output)].join('\n'),
      );
      if (flags.github) tellGithub(record);
      process.exitCode = verdict.exitCode;
    });
};
