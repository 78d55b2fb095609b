import type { HaltSwitch } from '../chaos/halt.ts';
import { haltedSince } from '../chaos/halt.ts';
import { sleep } from '../shared/clock.ts';
import { ObsctlError } from '../shared/errors.ts';
import type { Context } from './context.ts';

/** Between two looks, and how often one has to see nothing: what was under way when the halt was set has ended then. */
const LOOK_EVERY = 0.5;
const LOOKS = 2;
/** Longest time until everything has ended, seconds: longer than the lease of a run that hears nothing. */
const PATIENCE = 15;

const DONE =
  'A run that was breaking something ends now. No fault can be injected until `obsctl chaos halt --lift`.';

/** Ends what is on until looks in a row see nothing; returns how many were on at first. Throws NOT_RESTORED. */
const endEverything = async ({ chaos }: Context): Promise<number> => {
  const driver = await chaos();
  // Those that hold a fault see the halt themselves, and may have ended it by the time it is cleared here.
  let ended = (await driver.look()).on.length;
  let quiet = 0;
  let problem: unknown;
  for (let waited = 0; waited < PATIENCE && quiet < LOOKS; waited += LOOK_EVERY) {
    if (waited > 0) await sleep(LOOK_EVERY);
    const cleared = await driver.clearAll().catch((error: unknown) => {
      problem = error;
      return null;
    });
    ended = Math.max(ended, cleared ?? 0);
    quiet = cleared === 0 ? quiet + 1 : 0;
  }
  if (quiet === LOOKS) return ended;
  throw new ObsctlError('NOT_RESTORED', 'The halt is set, but not everything could be ended.', {
    details: problem instanceof Error ? [problem.message] : [],
    cause: problem,
  });
};

const lift = (halt: HaltSwitch, { output }: Context): void => {
  const lifted = halt.lift();
  output.result({ halted: false, lifted }, lifted ? 'Faults can be injected again.' : 'No halt was set.');
};

const set = async (halt: HaltSwitch, context: Context): Promise<void> => {
  const since = haltedSince(halt.set());
  const isUp = (await (await context.stack()).status()) !== null;
  const ended = isUp ? await endEverything(context) : 0;
  const what = isUp ? `${ended} faults ended, and everybody says that none is on.` : 'No stack is up.';
  context.output.result({ halted: true, since, ended }, `Halted. ${what} ${DONE}`);
};

/** Ends every fault and refuses new ones, or lifts that. Throws NOT_RESTORED where something could not be ended. */
export const halt = async (lifting: boolean, context: Context): Promise<void> =>
  lifting ? lift(context.halt, context) : set(context.halt, context);
