import { formatSeconds } from '../shared/duration.ts';
import type { Output } from '../shared/output.ts';
import type { StackStatus } from '../stack/stack.ts';

/** Tells of each component once, when it gets ready, and shows what is still awaited. */
export const watchStack = (output: Output): ((status: StackStatus) => void) => {
  const told = new Set<string>();
  return ({ components, state }) => {
    for (const { name, state: now, readySeconds, address } of components) {
      if (now !== 'ready' || told.has(name)) continue;
      told.add(name);
      output.info(
        `${output.style('green', '✓')} ${name.padEnd(12)} ready in ${formatSeconds(readySeconds ?? 0)}  ${address ?? ''}`,
      );
    }
    const waiting = components.filter((component) => component.state === 'starting').map(({ name }) => name);
    if (state !== 'starting') return output.stop();
    void output.spin(
      waiting.length > 0
        ? `starting ${waiting.join(', ')}`
        : 'waiting for a trace, a log line, a metric and an exemplar to come back',
    );
  };
};
