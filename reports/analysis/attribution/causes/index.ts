import type { Cause } from './cause.ts';
import { cpu } from './cpu.ts';
import { crash } from './crash.ts';
import { error } from './error.ts';
import { eventloop } from './eventloop.ts';
import { latency } from './latency.ts';
import { lock } from './lock.ts';
import { memory } from './memory.ts';
import { network } from './network.ts';
import { pause } from './pause.ts';
import { pool } from './pool.ts';
import { reset } from './reset.ts';
import { retry } from './retry.ts';
import { stampede } from './stampede.ts';
import { timeout } from './timeout.ts';
import { unavailable } from './unavailable.ts';

/** Every kind of cause that can be told apart: one file and one line each. */
export const CAUSES: Cause[] = [
  latency,
  error,
  cpu,
  eventloop,
  memory,
  pool,
  lock,
  unavailable,
  stampede,
  timeout,
  retry,
  reset,
  crash,
  pause,
  network,
];
