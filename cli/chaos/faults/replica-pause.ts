import { z } from 'zod';
import { faults } from '../../../service/contract.ts';
import type { StackFault } from './stack-fault.ts';

export const replicaPause: StackFault = {
  name: 'replica-pause',
  title: 'A replica that hangs',
  carrier: 'replica',
  carriedBy: 'stack',
  action: 'pause',
  label: { service: 'api', dependency: null, operation: null, kind: 'pause' },
  scope: 'resource',
  share: null,
  counts: 'processes',
  parameters: z.strictObject({}),
  does: 'Stops one api replica where it is (its process by SIGSTOP, its container by a pause; another with --replica) and lets it go on when the lease ends. Its port stays open.',
  expect:
    'Scrapes of that replica run into their time-out (up = 0) and it falls silent; the requests it holds hang until it goes on or their client gives up; the balancer takes it out when its health checks fail (after 1 to 2 s).',
  teaches: 'Hanging is worse than crashing: the connection is there, so only a time-out tells.',
  drain: { seconds: 3, why: 'it answers what it held, and the next health check takes it in again' },
  exclusive: true,
  // What a stopped replica carries can be neither asked for nor ended.
  excludes: ['replica-kill', ...Object.keys(faults)],
};
