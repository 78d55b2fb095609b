import type { Experiment } from '../../../reports/record/record.ts';
import type { ScenarioInfo } from '../../load/load-driver.ts';
import { ObsctlError } from '../../shared/errors.ts';
import { parseYaml, readYaml, violationLines, type YamlFile, type YamlPart } from '../../shared/yaml-file.ts';
import { buildExperiment, stopConditionsOf } from './build.ts';
import { afterProblems, stopProblems } from './demand-checks.ts';
import { rateProblems, scenarioOf } from './load-checks.ts';
import { objectivesOf } from './objectives.ts';
import type { ExperimentFile } from './schema.ts';
import { scriptOf } from './script.ts';
import { type Sections, sectionsOf } from './sections.ts';
import { asTexts, type FileSettings, withSettings } from './settings.ts';
import type { TargetSection } from './target.ts';
import { faultsOnTarget, targetProblems } from './target-checks.ts';
import { type Listed, planTimeline } from './timeline-checks.ts';
import { type Problem, placed } from './violations.ts';

/** An experiment file, read and checked. */
export interface ReadExperiment {
  /** Its path, as it was named. */
  path: string;
  description: string | null;
  experiment: Experiment;
  /** The stack that it asks for. */
  stack: ExperimentFile['stack'];
  /** The system that obsctl did not start, which it is run on instead; null: on a stack. */
  target: TargetSection | null;
  /** Absolute path of the k6 script where that is one of the team's own, which the experiment calls its scenario. */
  script: string | null;
  /** The OpenSLO files that it is held against, by name or path from here. */
  objectives: string[];
}

export interface ReadOptions {
  scenarios: ScenarioInfo[];
  /** `--set`: what is otherwise than in the file. */
  settings?: FileSettings;
  /** The command line that repeats it. */
  command?: string;
}

type Parts = Omit<ReadExperiment, 'path'>;

/** The faults that the target can carry, with their replicas; all of them where there is no target. */
const carriedOn = (
  target: TargetSection | undefined,
  listed: Listed[],
  stack: unknown,
  problems: Problem[],
): Listed[] => {
  if (!target) return listed;
  const carried = faultsOnTarget(listed, target);
  problems.push(...targetProblems(target, stack), ...carried.problems);
  return carried.listed;
};

/** All that can be checked is, whatever is wrong with the rest; null where something is. */
const check = (path: string, sections: Sections, options: ReadOptions, problems: Problem[]): Parts | null => {
  const { valid, listed } = sections;
  const { load, phases, hypothesis, recoveryWithin, stopConditions, target } = valid;
  const name = sections.scenario;
  const script = name === undefined ? undefined : scriptOf(path, name, problems);
  const scenario =
    name !== undefined && script === undefined
      ? scenarioOf(name, options.scenarios, problems)
      : (script ?? null);
  if (load && scenario) problems.push(...rateProblems(load, scenario));
  const carried = carriedOn(target, listed, sections.stack, problems);
  const timeline = phases ? planTimeline(carried, phases.fault) : null;
  problems.push(...(timeline?.problems ?? []));
  if (phases && hypothesis && timeline)
    problems.push(...afterProblems({ phases, hypothesis, recoveryWithin }, timeline.planned));
  if (scenario && stopConditions)
    problems.push(...stopProblems(stopConditionsOf(stopConditions), load?.rate ?? scenario.defaults.rate));
  const objectives = objectivesOf(path, valid.objectives ?? [], problems);
  if (!scenario || !timeline || sections.problems.length + problems.length > 0) return null;
  const file = valid as ExperimentFile;
  const { command = '' } = options;
  const experiment = buildExperiment({ file, scenario, faults: timeline.planned, command });
  return {
    ...{ description: file.description ?? null, experiment, stack: file.stack, objectives },
    target: target ?? null,
    script: script?.file ?? null,
  };
};

/** So many violations are told: a file that has more is none that people have written. */
const MOST_TOLD = 200;

const invalid = (path: string, details: string[]): ObsctlError =>
  new ObsctlError('EXPERIMENT_INVALID', `${path} cannot be run like that.`, { details });

const checked = (path: string, part: YamlPart, options: ReadOptions): ReadExperiment => {
  const { settings = {} } = options;
  const first = withSettings(part, settings);
  const texts = asTexts(settings, first, sectionsOf(first.value).problems);
  const { value, problems: unset, blamed } = withSettings(part, texts);
  const sections = sectionsOf(value);
  const further: Problem[] = [];
  const parts = check(path, sections, options, further);
  if (parts && unset.length === 0) return { path, ...parts };
  const problems = [...sections.problems, ...further];
  const ofFile = problems.filter((problem) => !blamed(problem));
  const ofSettings = problems.flatMap((problem) => {
    const setting = blamed(problem);
    return setting ? [`${setting}: ${problem.path.map(String).join('.')} ${problem.message}`] : [];
  });
  const lines = violationLines(
    path,
    ofFile.slice(0, MOST_TOLD).map((problem) => placed(problem, part)),
  );
  const more = ofFile.length - MOST_TOLD;
  const rest = more > 0 ? [`and ${more} more`] : [];
  throw invalid(path, [...new Set([...lines, ...rest, ...unset, ...ofSettings])]);
};

const experimentIn = (
  path: string,
  { parts, violations }: YamlFile,
  options: ReadOptions,
): ReadExperiment => {
  if (violations.length > 0) throw invalid(path, violationLines(path, violations));
  const [part, second] = parts;
  if (!part) throw invalid(path, [`${path}:1:1 it is empty`]);
  if (!second) return checked(path, part, options);
  const { line, column } = second.at([]);
  throw invalid(path, [`${path}:${line}:${column} a file holds one experiment`]);
};

/** As readExperimentFile, of a text. */
export const parseExperiment = (text: string, path: string, options: ReadOptions): ReadExperiment =>
  experimentIn(path, parseYaml(text), options);

/**
 * The experiment of a file. Throws EXPERIMENT_INVALID with every violation and its line and column; what the system says
 * where the file cannot be read.
 */
export const readExperimentFile = (path: string, options: ReadOptions): ReadExperiment =>
  experimentIn(path, readYaml(path), options);
