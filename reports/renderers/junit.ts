import { create } from 'xmlbuilder2';
import type { RunRecord, VerdictName } from '../record/record.ts';
import type { Renderer } from './renderer.ts';
import { clean } from './text.ts';

/** How a test case ended; `error` is that nobody could tell, or that it could not be carried out. */
type Outcome = 'passed' | 'failure' | 'error' | 'skipped';

interface Case {
  name: string;
  outcome: Outcome;
  /** Why, in one sentence. */
  text: string;
}

interface Suite {
  name: string;
  cases: Case[];
}

const VERDICT_OUTCOME: Record<VerdictName, Outcome> = {
  'not-restored': 'error',
  error: 'error',
  interrupted: 'error',
  aborted: 'failure',
  'baseline-unmet': 'failure',
  'slo-breach': 'failure',
  inconclusive: 'error',
  regression: 'failure',
  observed: 'passed',
  passed: 'passed',
};

const verdictSuite = ({ verdict, experiment }: RunRecord): Suite => ({
  name: 'verdict',
  cases: [
    {
      name: experiment.title,
      outcome: VERDICT_OUTCOME[verdict.name],
      text: `${verdict.name}: ${verdict.reasons.join(' ')}`,
    },
  ],
});

const HELD = { true: 'passed', false: 'failure', null: 'error' } as const;

const hypothesisSuite = ({ hypothesis }: RunRecord): Suite => ({
  name: 'hypothesis',
  cases: hypothesis.map(({ indicator, when, held, text }) => ({
    name: `${indicator.viewpoint} ${indicator.measure} ${indicator.operation ?? ''} ${when}`.replace(
      / +/g,
      ' ',
    ),
    outcome: HELD[`${held}`],
    text,
  })),
});

const objectivesSuite = ({ objectives }: RunRecord): Suite => ({
  name: 'objectives',
  cases: objectives.map(({ slo, objective, phase, outcome, certain, noData, text }) => ({
    name: `${slo}: ${objective} (${phase})`,
    outcome: {
      met: 'passed' as const,
      allowed: 'skipped' as const,
      breached: certain ? ('failure' as const) : ('error' as const),
      'no-data': noData === 'warn' ? ('skipped' as const) : ('error' as const),
    }[outcome],
    text,
  })),
});

const comparisonSuite = ({ comparison }: RunRecord): Suite => ({
  name: 'comparison',
  cases: (comparison?.rows ?? []).map(({ indicator, phase, outcome, text }) => ({
    name: `${indicator.viewpoint} ${indicator.measure} (${phase})`,
    outcome: outcome === 'worse' ? 'failure' : outcome === 'no-data' ? 'skipped' : 'passed',
    text,
  })),
});

/** k6's thresholds hold for the whole run: where something was broken in it, crossing one says nothing by itself. */
const thresholdsSuite = ({ load, faults }: RunRecord): Suite => ({
  name: 'k6 thresholds',
  cases: (load?.thresholds ?? []).map(({ metric, expression, ok }) => ({
    name: `${metric} ${expression}`,
    outcome: ok ? 'passed' : faults.length > 0 ? 'skipped' : 'failure',
    text: ok ? 'held' : `crossed over the whole run${faults.length > 0 ? ', the fault included' : ''}`,
  })),
});

const counted = (cases: Case[]) => ({
  tests: cases.length,
  failures: cases.filter(({ outcome }) => outcome === 'failure').length,
  errors: cases.filter(({ outcome }) => outcome === 'error').length,
  skipped: cases.filter(({ outcome }) => outcome === 'skipped').length,
});

const seconds = ({ phases }: RunRecord): string =>
  phases.reduce((sum, { from, to }) => sum + to - from, 0).toFixed(3);

const LONGEST = 2000;

const caseElement = (suite: string, { name, outcome, text }: Case) => {
  const message = clean(text, LONGEST);
  return {
    '@name': clean(name),
    '@classname': `obsctl.${suite.replaceAll(' ', '-')}`,
    '@time': '0',
    ...(outcome === 'passed' ? { 'system-out': message } : {}),
    ...(outcome === 'skipped' ? { skipped: { '@message': message } } : {}),
    ...(outcome === 'failure' || outcome === 'error'
      ? { [outcome]: { '@message': message, '@type': suite, '#': message } }
      : {}),
  };
};

const suiteElement = (record: RunRecord, { name, cases }: Suite) => ({
  '@name': name,
  ...Object.fromEntries(Object.entries(counted(cases)).map(([key, value]) => [`@${key}`, value])),
  '@time': name === 'verdict' ? seconds(record) : '0',
  '@timestamp': new Date(record.createdAt * 1000).toISOString().slice(0, 19),
  properties: {
    property: [
      { '@name': 'runId', '@value': clean(record.runId) },
      { '@name': 'experiment', '@value': clean(record.experiment.hash) },
    ],
  },
  testcase: cases.map((one) => caseElement(name, one)),
});

/**
 * The run's verdict, and each hypothesis, objective, comparison and k6 threshold, as JUnit XML in the form that Jenkins,
 * GitLab and GitHub's actions read: a breach is a failure, what nobody could tell an error, what is allowed skipped.
 */
export const junitXml = (record: RunRecord): string => {
  const suites = [
    verdictSuite(record),
    hypothesisSuite(record),
    objectivesSuite(record),
    comparisonSuite(record),
    thresholdsSuite(record),
  ].filter(({ cases }) => cases.length > 0);
  const all = counted(suites.flatMap(({ cases }) => cases));
  const root = {
    testsuites: {
      '@name': clean(`obsctl ${record.runId}`),
      ...Object.fromEntries(Object.entries(all).map(([key, value]) => [`@${key}`, value])),
      '@time': seconds(record),
      testsuite: suites.map((suite) => suiteElement(record, suite)),
    },
  };
  return `${create({ version: '1.0', encoding: 'UTF-8' }, root).end({ prettyPrint: true })}\n`;
};

export const junit: Renderer = async (record) => ({
  files: [{ path: 'junit.xml', content: junitXml(record) }],
});
