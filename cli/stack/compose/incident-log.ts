import type { Incident } from '../../../reports/record/evidence.ts';
import { formatSeconds } from '../../shared/duration.ts';
import { outOfMemoryText } from './components.ts';
import { ROLES } from './engine.ts';
import type { EngineEvent } from './engine-events.ts';

/** A container that ran out of memory dies within this time, seconds; a process of it that did so alone is another matter. */
const OOM_BEFORE_DEATH = 5;

/** How the kernel names the signals that end a process: an exit code above 128 is the signal's number and 128. */
const SIGNALS: Record<number, string> = {
  129: 'SIGHUP',
  130: 'SIGINT',
  131: 'SIGQUIT',
  134: 'SIGABRT',
  137: 'SIGKILL',
  139: 'SIGSEGV',
  143: 'SIGTERM',
};

const howOf = (exitCode: number | null): string => SIGNALS[exitCode ?? 0] ?? `exit code ${exitCode}`;

export interface IncidentLogParts {
  /** Whether containers of this Compose service end as they should now: jobs always, all when the stack is taken down. */
  mayEnd(service: string): boolean;
  /** Its memory limit as a text; empty where it has none. */
  limitOf(instance: string): string;
  onIncident(): void;
}

/**
 * Containers that ended and were started again, from the engine's events. What the lease guard kills is among them, as
 * any orchestrator would show it: the analysis has to find out by itself.
 */
export class IncidentLog {
  readonly incidents: Incident[] = [];
  /** When each last ran out of memory, Unix seconds. */
  private readonly outOfMemory = new Map<string, number>();
  /** When each ended unplanned that has not been started since, Unix seconds. */
  private readonly ended = new Map<string, number>();

  constructor(private readonly parts: IncidentLogParts) {}

  hear(event: EngineEvent): void {
    const { action, instance, time, id } = event;
    if (action === 'oom') this.outOfMemory.set(id, time);
    else if (action === 'die') this.die(event);
    else if (this.ended.has(instance)) this.start(event);
  }

  /** Whether the kernel killed this container for memory just before `time`. */
  ranOutOfMemory(id: string, time = Number.POSITIVE_INFINITY): boolean {
    const at = this.outOfMemory.get(id);
    return at !== undefined && (time === Number.POSITIVE_INFINITY || time - at < OOM_BEFORE_DEATH);
  }

  private die(event: EngineEvent): void {
    const { instance, service, id, time, exitCode } = event;
    if (this.parts.mayEnd(service)) return;
    this.ended.set(instance, time);
    const how = this.ranOutOfMemory(id, time)
      ? `, ${outOfMemoryText(this.parts.limitOf(instance))}`
      : ` with ${howOf(exitCode)}`;
    this.note(event, 'exit', `ended unplanned${how}`);
  }

  private start(event: EngineEvent): void {
    const down = event.time - this.ended.get(event.instance)!;
    this.ended.delete(event.instance);
    this.note(event, 'restart', `started again after ${formatSeconds(down)}`);
  }

  private note({ service, instance, time }: EngineEvent, kind: Incident['kind'], detail: string): void {
    this.incidents.push({
      time,
      service: ROLES.includes(service) ? service : instance,
      instance,
      kind,
      detail,
    });
    this.parts.onIncident();
  }
}
