import { z } from 'zod';
import { faults } from '../../../service/contract.ts';
import type { StackFault } from './stack-fault.ts';

export const replicaKill: StackFault = {
  name: 'replica-kill',
  title: 'A replica that is gone',
  carrier: 'replica',
  carriedBy: 'stack',
  action: 'kill',
  label: { service: 'api', dependency: null, operation: null, kind: 'crash' },
  scope: 'resource',
  share: null,
  counts: 'processes',
  parameters: z.strictObject({}),
  does: 'Kills the process of one api replica (SIGKILL; another with --replica) and keeps it from being started again until the lease ends.',
  expect:
    'up = 0 for that replica and its series end; a few 502 of the requests it was serving, until the next health check (0.5 to 1 s); the others carry its share. A service with one replica is down: name it to see that.',
  teaches: 'A crash shows in what is missing: the SLI may be well again long before the replica is.',
  drain: { seconds: 5, why: 'the process has to start, and the next health check to find it' },
  exclusive: true,
  // What a replica carries ends with it, and nothing can be asked of it while it is gone.
  excludes: ['replica-pause', ...Object.keys(faults)],
};
