import type { Stack } from '../stack/stack.ts';
import { AdminChaosDriver } from './admin-chaos-driver.ts';
import type { ChaosDriver } from './chaos-driver.ts';
import { ChaosDrivers } from './chaos-drivers.ts';
import { type FindGuard, GuardClient } from './guard/guard-client.ts';
import { HaltFile, type HaltSwitch } from './halt.ts';
import { HaltingChaosDriver } from './halting-chaos-driver.ts';
import { StackChaosDriver } from './stack-chaos-driver.ts';

/** The faults that a service carries itself, where nothing may be done to what it runs on; none while the halt is set. */
export const createServiceChaos = (stack: Stack, halt: HaltSwitch): ChaosDriver =>
  new HaltingChaosDriver(new AdminChaosDriver(stack), halt);

/** Every fault there is, on one stack, behind one port; none while the halt is set. */
export const createChaos = (
  stack: Stack,
  findGuard: FindGuard,
  halt: HaltSwitch = new HaltFile(),
): ChaosDriver =>
  new HaltingChaosDriver(
    new ChaosDrivers({
      service: new AdminChaosDriver(stack),
      stack: new StackChaosDriver(stack, new GuardClient(findGuard)),
    }),
    halt,
  );
