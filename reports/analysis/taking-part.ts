import type { Evidence } from '../record/evidence.ts';

/**
 * Services that served requests, did jobs, or have a span in one of the traces. A shared store of metrics also knows
 * what has nothing to do with the system that was asked about.
 */
export const servicesTakingPart = ({ entryService, red, runtime, traces }: Evidence): Set<string> =>
  new Set([
    entryService,
    ...red.map(({ service }) => service),
    ...runtime.filter(({ name }) => name === 'job.rate').map(({ service }) => service),
    ...traces.flatMap(({ spans }) => spans.map(({ service }) => service)),
  ]);
