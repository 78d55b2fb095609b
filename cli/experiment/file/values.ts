import { z } from 'zod';
import { parseDuration } from '../../shared/duration.ts';

const NO_DURATION = 'must be a duration such as 60s, 1m30s or 500ms; a bare number means seconds';

const durationText = z
  .string()
  .regex(/^(?:(?:\d+(?:\.\d+)?(?:ms|s|m|h))+|\d+(?:\.\d+)?)$/)
  .transform((text) => parseDuration(text, ''));

/** `60s`, `1m30s`, `500ms` or a number of seconds, as seconds; within the bounds. */
export const secondsWithin = (bounds: z.ZodType<number, number>) =>
  z.union([z.number(), durationText], NO_DURATION).pipe(bounds);

/** A number as it is, or a duration in words: whoever takes it says whether a duration makes sense there. */
export const amount = z.union(
  [z.number().nonnegative('must not be negative'), durationText.transform((seconds) => ({ seconds }))],
  'must be a number, or a duration such as 300ms',
);
export type Amount = z.infer<typeof amount>;

export const amountOf = (value: Amount | undefined): number | undefined =>
  typeof value === 'object' ? value.seconds : value;

/** An object that has no other keys; one that it does not know is answered with those that it has. */
export const strict = <T extends z.ZodRawShape>(shape: T) =>
  z.strictObject(shape, {
    error: ({ code }) =>
      code === 'unrecognized_keys'
        ? `there is no such key (there are ${Object.keys(shape).join(', ') || 'none'})`
        : undefined,
  });
