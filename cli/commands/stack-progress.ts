import { formatSeconds } from '../shared/duration.ts';
import type { Output } from '../shared/output.ts';
import type { Component, StackStatus } from '../stack/stack.ts';

const readyText = ({ name, readySeconds, address }: Component, width: number, output: Output): string =>
  `${output.style('green', '✓')} ${name.padEnd(width)} ready in ${formatSeconds(readySeconds ?? 0)}  ${address ?? ''}`.trimEnd();

const waitingText = (waiting: Component[]): string => {
  const names = waiting.map(({ name, detail }) => (detail ? `${name} (${detail})` : name));
  return names.length > 0
    ? `starting ${names.join(', ')}`
    : 'waiting for a trace, a log line, a metric and an exemplar to come back';
};

/** Tells of each component once, when it gets ready, and of what one waits for that is not its own start; shows what is still awaited. */
export const watchStack = (output: Output): ((status: StackStatus) => void) => {
  const told = new Set<string>();
  const once = (what: string, text: string) => {
    if (told.has(what)) return;
    told.add(what);
    output.info(text);
  };
  return ({ components, state }) => {
    const width = Math.max(12, ...components.map(({ name }) => name.length));
    for (const component of components)
      if (component.state === 'ready') once(component.name, readyText(component, width, output));
    if (state !== 'starting') return output.stop();
    const waiting = components.filter((component) => component.state === 'starting');
    for (const { detail } of waiting) if (detail) once(detail, detail);
    void output.spin(waitingText(waiting));
  };
};
