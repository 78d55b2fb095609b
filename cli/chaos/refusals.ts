import { ObsctlError } from '../shared/errors.ts';

/** What one carrier said; null: nothing against it. */
export interface Answer {
  instance: string;
  error: ObsctlError | null;
}

/** Each reason once, with who gave it where not all did. */
const reasonsOf = (answers: Answer[]): string[] => {
  const byReason = new Map<string, string[]>();
  for (const { instance, error } of answers) {
    for (const reason of error?.details ?? [])
      byReason.set(reason, [...(byReason.get(reason) ?? []), instance]);
  }
  return [...byReason].map(([reason, who]) =>
    who.length === answers.length ? reason : `${who.join(', ')}: ${reason}`,
  );
};

/** Throws what the carriers had against the fault, as one error with all their reasons. */
export const throwRefusals = (fault: string, answers: Answer[]): void => {
  const refused = answers.filter(({ error }) => error !== null);
  const unheard = refused.find(({ error }) => error!.code !== 'FAULT_REFUSED');
  if (unheard) throw unheard.error;
  if (refused.length === 0) return;
  const who = refused.map(({ instance }) => instance).join(', ');
  throw new ObsctlError('FAULT_REFUSED', `${who} cannot carry ${fault} like that.`, {
    details: reasonsOf(answers),
    cause: refused[0]!.error,
  });
};
