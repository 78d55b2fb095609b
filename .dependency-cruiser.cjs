/** The map of docs/architecture.md as rules: imports go one way. `npm run lint:imports` fails on any other. */
const only = (name, from, allowed, comment) => ({
  name,
  severity: 'error',
  comment,
  from: { path: from, pathNot: '\\.test\\.ts$' },
  to: { path: '^(cli|service|reports|scenarios|test|scripts)/', pathNot: allowed },
});

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    only('service-stands-alone', '^service/', '^service/', 'service imports neither cli nor reports'),
    only('reports-stand-alone', '^reports/', '^reports/', 'cli imports reports, never the reverse'),
    only('record-imports-nothing', '^reports/record/', '^reports/record/', 'the record is the ground floor'),
    only(
      'analysis-is-pure',
      '^reports/analysis/',
      '^reports/(analysis|record)/',
      'evidence in, findings out',
    ),
    only(
      'judging-is-pure',
      '^reports/(judge|verdict)/',
      '^reports/(judge|verdict|record|analysis)/',
      "records in, judgement out; of the analysis its series and statistics, never a run's evidence",
    ),
    only(
      'score-joins-truth-and-findings',
      '^reports/score/',
      '^reports/(score|record)/',
      'made after the findings: the analysis never imports it',
    ),
    {
      name: 'analysis-never-sees-truth',
      severity: 'error',
      comment: 'the culprit is named from evidence alone',
      from: { path: '^reports/analysis/' },
      to: { path: '^reports/record/(truth|record)' },
    },
    {
      name: 'analysis-cannot-reach-truth',
      severity: 'error',
      comment: 'not by a detour either',
      from: { path: '^reports/analysis/', pathNot: '\\.test\\.ts$' },
      to: { path: '^reports/record/(truth|record)', reachable: true },
    },
    {
      name: 'analysis-has-no-io',
      severity: 'error',
      from: { path: '^reports/(analysis|record|score|judge|verdict)/', pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['core'] },
    },
    only(
      'renderers-read-records',
      '^reports/renderers/',
      '^reports/(renderers|record)/',
      'never query, never compute',
    ),
    only('scenarios-stand-alone', '^scenarios/', '^scenarios/', 'k6 runs them, not Node'),
    {
      name: 'cli-knows-only-the-contract-of-service',
      severity: 'error',
      from: { path: '^cli/', pathNot: '\\.test\\.ts$' },
      to: { path: '^service/', pathNot: '^service/contract\\.ts$' },
    },
    only('shared-has-no-domain', '^cli/shared/', '^cli/shared/', 'small, no domain'),
    {
      name: 'ports-do-not-know-commands',
      severity: 'error',
      from: { path: '^cli/(experiment|stack|chaos|load|telemetry|tools|config|objectives|shared)/' },
      to: { path: '^cli/(commands/|main)' },
    },
    {
      name: 'ports-do-not-know-the-experiment',
      severity: 'error',
      from: { path: '^cli/(stack|chaos|load|telemetry|tools|config|objectives|shared)/' },
      to: { path: '^cli/experiment/' },
    },
    {
      name: 'only-main-knows-adapters',
      severity: 'error',
      comment: 'commands and the experiment see ports; main composes',
      from: { path: '^cli/(commands|experiment)/', pathNot: '\\.test\\.ts$' },
      to: {
        path: '^cli/(stack/(local|compose|external)/|telemetry/(embedded|grafana)/|chaos/admin-|load/k6-)',
      },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.js', '.mjs'] },
  },
};
