import { z } from 'zod';
import { type Hop, hop } from './hops.ts';

const saidSchema = z.object({ error: z.object({ code: z.string(), details: z.array(z.string()) }) });

const errorOf = (said: string | null): { code: string; details: string[] } => {
  try {
    return saidSchema.parse(JSON.parse(said ?? '')).error;
  } catch {
    return { code: '', details: [] };
  }
};

/** What was asked for and could not be carried: it must be refused, for want of a collector. `said`: the error, as JSON. */
export const refusedHop = (said: string | null): Hop => {
  const { code, details } = errorOf(said);
  return code === 'FAULT_REFUSED' && details.some((detail) => detail.includes('no collector'))
    ? hop('refused', true, `Refused: ${details.join('; ')}.`)
    : hop('refused', false, `It was not refused for want of a collector: ${said ?? 'nothing was said'}`);
};
