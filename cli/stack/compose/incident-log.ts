import type { Incident } from '../../../reports/record/evidence.ts';
import { formatSeconds } from '../../shared/duration.ts';
import { outOfMemoryText } from './components.ts';
import { ROLES } from './engine.ts';
import type { EngineEvent } from './engine-events.ts';

/** A container that ran out of memory dies within this time of it, seconds; a process of it that did so alone is another matter. */
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
  /** The end of each that ended unplanned and has not been started since. */
  private readonly ended = new Map<string, Incident>();

  constructor(private readonly parts: IncidentLogParts) {}

  hear(event: EngineEvent): void {
    const { action, instance } = event;
    if (action === 'oom') this.runOut(event);
    else if (action === 'die') this.die(event);
    else if (this.ended.has(instance)) this.start(event);
  }

  /** Whether the kernel killed this container for memory just before `time`. */
  ranOutOfMemory(id: string, time = Number.POSITIVE_INFINITY): boolean {
    const at = this.outOfMemory.get(id);
    return at !== undefined && (time === Number.POSITIVE_INFINITY || time - at < OOM_BEFORE_DEATH);
  }

  /** The engine tells of it on another way than of the end: whichever comes first. */
  private runOut({ id, instance, time }: EngineEvent): void {
    this.outOfMemory.set(id, time);
    const end = this.ended.get(instance);
    if (!end || Math.abs(time - end.time) >= OOM_BEFORE_DEATH) return;
    end.detail = this.outOfMemoryDetail(instance);
    this.parts.onIncident();
  }

  private die(event: EngineEvent): void {
    const { instance, service, id, time, exitCode } = event;
    if (this.parts.mayEnd(service)) return;
    const detail = this.ranOutOfMemory(id, time)
      ? this.outOfMemoryDetail(instance)
      : `ended unplanned with ${howOf(exitCode)}`;
    this.ended.set(instance, this.note(event, 'exit', detail));
  }

  private outOfMemoryDetail(instance: string): string {
    return `ended unplanned, ${outOfMemoryText(this.parts.limitOf(instance))}`;
  }

  private start(event: EngineEvent): void {
    const down = event.time - this.ended.get(event.instance)!.time;
    this.ended.delete(event.instance);
    this.note(event, 'restart', `started again after ${formatSeconds(down)}`);
  }

  private note({ service, instance, time }: EngineEvent, kind: Incident['kind'], detail: string): Incident {
    const named = ROLES.includes(service) ? service : instance;
    const incident = { time, service: named, instance, kind, detail };
    this.incidents.push(incident);
    this.parts.onIncident();
    return incident;
  }
}
