import { z } from 'zod';
import { MAX_LEASE_SECONDS, targetSchema } from '../../../service/contract.ts';
import { CATALOGUE, faultNames } from '../../chaos/catalogue.ts';
import type { CataloguedFault } from '../../chaos/catalogued-fault.ts';
import { nearest } from '../../shared/nearest.ts';
import { secondsWithin, strict } from './values.ts';

const { rate, route, method, header, seed } = targetSchema.shape;

const target = strict({
  rate: rate
    .removeDefault()
    .optional()
    .describe("share that is struck, above 0 to 1; the fault's own where absent"),
  route: route.describe('only this route: a template or a glob; of a fault of jobs the queue'),
  method: method.describe('only this HTTP method'),
  header: header.describe('only requests with this header: name=value'),
  seed: seed.removeDefault().optional().describe('same seed, same victims'),
  replicas: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .describe("only these replicas, e.g. api-1; all of the fault's service where absent"),
});

const lease = z
  .number()
  .min(1, 'must be at least 1 s')
  .max(MAX_LEASE_SECONDS, `must be at most ${MAX_LEASE_SECONDS} s: no lease lives longer`);

const entryOf = ({ name, title, parameters }: CataloguedFault) =>
  strict({
    fault: z.literal(name).describe(title),
    at: secondsWithin(z.number().min(0, 'must not be before the fault phase begins'))
      .default(0)
      .describe('when it comes: seconds after the fault phase began'),
    lease: secondsWithin(lease)
      .optional()
      .describe('how long it stays; until the end of the fault phase where absent'),
    target: target.prefault({}),
    parameters: strict(parameters.shape).prefault({}),
  });

/** A fault of the timeline; its parameters are those of the fault that it names. */
export const faultEntry = z.discriminatedUnion(
  'fault',
  Object.values(CATALOGUE).map(entryOf) as [ReturnType<typeof entryOf>],
  {
    error: ({ code, input }) => {
      if (code !== 'invalid_union') return 'must be a mapping that names a `fault`';
      const name = String((input as { fault?: unknown } | undefined)?.fault ?? '');
      return `there is no such fault (nearest: ${nearest(name, faultNames()).join(', ')})`;
    },
  },
);
export type FaultEntry = z.infer<typeof faultEntry>;
