import { prepare } from './prepare.ts';

/** Integration tests run the built program and real k6. */
export const setup = (): Promise<void> => prepare(['k6']);
