/** Clocks further apart than that shift windows visibly, seconds. */
const TOLERANCE = 3;

/** What is odd about a back end's clock, as a sentence; null within tolerance. `offset`: seconds it is ahead of ours. */
export const clockSentence = (name: string, offset: number): string | null => {
  if (Math.abs(offset) <= TOLERANCE) return null;
  const where = offset > 0 ? 'ahead of' : 'behind';
  return `The clock of ${name} is ${Math.abs(offset).toFixed(0)} s ${where} ours: what it dates lies so far off in the windows asked for.`;
};
