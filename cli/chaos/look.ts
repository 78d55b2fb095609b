import type { Lease, Look } from './chaos-driver.ts';

/** What was answered, and who did not answer. */
export const lookAt = async (answers: Promise<Lease[]>[]): Promise<Look> => {
  const settled = await Promise.allSettled(answers);
  return {
    on: settled.flatMap((each) => (each.status === 'fulfilled' ? each.value : [])),
    silent: settled.flatMap((each) => (each.status === 'rejected' ? [each.reason] : [])),
  };
};
