import type { PipelineState } from '../telemetry-source.ts';
import { BackendError } from './backend-error.ts';
import { clockSentence } from './clock.ts';
import type { BackendClient } from './http.ts';
import type { PartState, PrometheusPart } from './parts.ts';

type State = PartState & { pipeline?: PipelineState['pipeline'] };

interface Part {
  client: BackendClient;
  ready: () => Promise<State>;
}

const TITLE = { prometheus: 'Prometheus', loki: 'Loki', tempo: 'Tempo' } as const;
const NOTHING: PipelineState['pipeline'] = { accepted: 0, refused: 0, rejected: 0 };

/** Silent, or failing: what a back end that was set up rightly may become in the middle of a run. */
const isOutage = (error: unknown): error is BackendError =>
  error instanceof BackendError && (error.code === 'BACKEND_UNREACHABLE' || error.code === 'BACKEND_FAILED');

/** The offset further from zero: a proxy in front has a clock of its own. */
const furthest = (...offsets: (number | null | undefined)[]): number =>
  offsets.reduce<number>((far, one) => (Math.abs(one ?? 0) > Math.abs(far) ? one! : far), 0);

/**
 * Asks all three back ends at once. One that answered before and is silent or fails now is stated, and the state is not
 * ready; one that never answered, or is not what it should be, throws its BackendError.
 */
export class Readiness {
  private readonly parts: Part[];
  private readonly answered = new Set<Part>();

  constructor(
    parts: { client: BackendClient; part: { ready: PrometheusPart['ready'] | (() => Promise<PartState>) } }[],
  ) {
    this.parts = parts.map(({ client, part }) => ({ client, ready: () => part.ready() }));
  }

  async state(): Promise<PipelineState> {
    const asked = await Promise.allSettled(this.parts.map((part) => this.stateOf(part)));
    for (const one of asked) if (one.status === 'rejected') throw one.reason;
    const states = asked.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    return {
      ready: states.every(({ ready }) => ready),
      detail: states.map(({ detail }) => detail).join(', '),
      degraded: states.flatMap(({ degraded }) => degraded),
      pipeline: states.find(({ pipeline }) => pipeline)?.pipeline ?? NOTHING,
    };
  }

  private async stateOf(part: Part): Promise<State & { ready: boolean }> {
    const { client } = part;
    const title = TITLE[client.name];
    try {
      const state = await part.ready();
      this.answered.add(part);
      const clock = clockSentence(title, furthest(state.clockOffset, client.clockOffset));
      return { ...state, degraded: [...state.degraded, ...(clock ? [clock] : [])], ready: true };
    } catch (error) {
      if (!isOutage(error) || !this.answered.has(part)) throw error;
      return {
        detail: `${title} did not answer`,
        degraded: [`${title} answered before and does not now: ${error.message}.`],
        ready: false,
      };
    }
  }
}
