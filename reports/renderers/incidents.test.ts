import { expect, test } from 'vitest';
import { downstreamTimeoutEvidence, quietEvidence } from '../../test/fixtures/evidence/index.ts';
import { fixtureFault, recordOf } from '../../test/fixtures/evidence/record.ts';
import type { Incident } from '../record/evidence.ts';
import type { RunRecord } from '../record/record.ts';
import type { InjectedFault } from '../record/truth.ts';
import { endingsOf, whenceOf } from './incidents.ts';
import { markdown } from './markdown.ts';

const evidence = quietEvidence();
const fixture = fixtureFault(evidence)!;
const { from, to } = { from: fixture.injectedAt!, to: fixture.clearedAt! };

const faultOn = (name: string, kind: string, counts: string, instance: string): InjectedFault => ({
  ...fixture,
  ...{ name, counts, label: { service: 'api', dependency: null, operation: null, kind } },
  carriers: [{ ...fixture.carriers[0]!, service: 'api', instance }],
});
const kill = faultOn('replica-kill', 'crash', 'processes', 'api-2');
const pause = faultOn('replica-pause', 'pause', 'processes', 'api-2');
const leak = faultOn('memory-leak', 'memory', 'MiB', 'api-1');

const exit = (instance: string, time: number, detail = 'ended unplanned with SIGKILL'): Incident => ({
  ...{ time, service: 'api', instance, kind: 'exit', detail },
});

const runWith = (faults: InjectedFault[], incidents: Incident[]): RunRecord => ({
  ...recordOf(evidence, null),
  ...{ faults, incidents },
});
const whences = (faults: InjectedFault[], incidents: Incident[]): string[] =>
  endingsOf(runWith(faults, incidents)).map((ending) => whenceOf(ending));

test('an end is put down to the fault that ends processes there, once', () => {
  expect(whences([kill], [exit('api-2', from + 0.3)])).toEqual(['replica-kill did that']);
  expect(whences([kill], [exit('api-2', from + 0.3), exit('api-2', from + 5)])).toEqual([
    'replica-kill did that',
    'not injected',
  ]);
  expect(whences([kill], [exit('api-1', from + 0.3)])).toEqual(['not injected']);
  expect(whences([kill], [exit('api-2', from - 10), exit('api-2', to + 5)])).toEqual([
    'not injected',
    'not injected',
  ]);
});

test('a fault that ends no process is named as what was on', () => {
  expect(whences([leak], [exit('api-1', from + 5)])).toEqual(['while memory-leak was on there']);
  expect(whences([pause], [exit('api-2', from + 5)])).toEqual(['while replica-pause was on there']);
});

test('a start is no end', () => {
  expect(whences([kill], [{ ...exit('api-2', from), kind: 'restart' }])).toEqual([]);
});

test('the report flags what nobody asked for at its top, and says of each end where it came from', async () => {
  const oom = 'ended unplanned, out of memory: the kernel killed it at its limit of 64 MiB';
  const record = runWith([kill], [exit('api-2', from + 0.3), exit('worker-1', from + 2, oom)]);
  const [report] = (await markdown(record)).files;
  const [top, rest] = String(report!.content).split('\n## ', 2) as [string, string];
  expect(top).toContain(`**\`worker-1\` ${oom}**, not injected: in the second from`);
  expect(top).not.toContain('api-2');
  expect(rest).toBeDefined();
  const notes = String(report!.content).split('## Incidents and notes')[1]!;
  expect(notes).toContain('`api-2`: ended unplanned with SIGKILL (`replica-kill` did that)');
  expect(notes).toContain(`\`worker-1\`: ${oom} (not injected)`);
  expect(notes.match(/worker-1/g)).toHaveLength(1);
});

test('a run that broke nothing and did not come back tells of no probe that nobody made', async () => {
  const hurt = recordOf(downstreamTimeoutEvidence(), null);
  const recovery = { ...hurt.findings!.recovery, observed: true, recovered: false };
  const record: RunRecord = {
    ...hurt,
    verdict: { ...hurt.verdict, name: 'passed', reasons: [] },
    findings: { ...hurt.findings!, clientImpact: true, recovery },
  };
  const text = String((await markdown(record)).files[0]!.content);
  expect(text).toContain('**did not come back under load**; nobody looked after it.');
  expect(text).not.toContain('light probe');
  expect(text).not.toContain('only after the load had ended');
});
