import type { StackCheck } from './commands/context.ts';
import { messageOf, ObsctlError } from './shared/errors.ts';
import { isAlive } from './shared/process-identity.ts';
import { type Candidate, chooseStack, type StackWish } from './stack/choose-stack.ts';
import { readState, stackPaths } from './stack/local/state-file.ts';
import type { BackendUrls, DriverName, Stack } from './stack/stack.ts';
import type { TelemetrySource } from './telemetry/telemetry-source.ts';

/** A stack, and the way to its lease guard. */
export interface GuardedStack extends Stack {
  /** The guard's socket; null where none lives and no lease can be open, unless one is to be started. */
  guardSocket(options: { start: boolean }): Promise<string | null>;
}

/** The drivers of this program, and which of them a command talks to. */
export interface Stacks {
  /** Without a wish: the one whose stack is up, or was lastly. With one: the one that is up, else the one that fits the wish; says why others do not. */
  choose(wish?: StackWish): Promise<GuardedStack>;
  /** All of them, the one whose stack is up, or was lastly, first. */
  all(): Promise<GuardedStack[]>;
  checks(): Promise<StackCheck[]>;
}

const grafanaOver = async ({ prometheus, loki, tempo }: BackendUrls): Promise<TelemetrySource> => {
  const grafana = await import('./telemetry/grafana/grafana-telemetry-source.ts');
  return grafana.createGrafanaTelemetrySource({
    prometheus: { url: prometheus },
    loki: { url: loki },
    tempo: { url: tempo },
  });
};

const localStack = async (): Promise<GuardedStack> => {
  const { LocalStack } = await import('./stack/local/local-stack.ts');
  return new LocalStack({
    telemetryOver: async (client) => {
      const embedded = await import('./telemetry/embedded/embedded-telemetry-source.ts');
      return embedded.createEmbeddedTelemetrySource(client);
    },
    grafanaOver,
    toxiproxy: async () => {
      const { findTool } = await import('./tools/tools.ts');
      return (await findTool('toxiproxy')).found;
    },
    binaries: async () => (await import('./tools/telemetry-tools.ts')).telemetryTools(),
  });
};

const installedCompose = async (): Promise<string | null> => {
  const { findTool } = await import('./tools/tools.ts');
  return (await findTool('compose')).found?.path ?? null;
};

const composeStack = async (): Promise<GuardedStack> => {
  const { ComposeStack } = await import('./stack/compose/compose-stack.ts');
  return new ComposeStack({ grafanaOver, installedCompose });
};

const engineVersion = async (): Promise<string> =>
  (await import('./stack/compose/engine-probe.ts')).probeEngine();
const composeVersion = async (): Promise<string> => {
  const { findCompose } = await import('./stack/compose/compose-command.ts');
  return (await findCompose(installedCompose)).version;
};

const MAKE: Record<DriverName, () => Promise<GuardedStack>> = { compose: composeStack, local: localStack };

/** In the order in which they are tried. */
const CANDIDATES: Candidate[] = [
  { driver: 'compose', probe: async () => [await engineVersion(), await composeVersion()] },
  { driver: 'local', probe: async () => {} },
];

const check = async (name: string, version: () => Promise<string>): Promise<StackCheck> => {
  try {
    return { name, ok: true, found: await version() };
  } catch (error) {
    const details = error instanceof ObsctlError ? error.details : [];
    return { name, ok: false, found: [messageOf(error), ...details].join(' ') };
  }
};

export const createStacks = (say: (line: string) => void): Stacks => {
  const made = new Map<DriverName, Promise<GuardedStack>>();
  const stackOf = (driver: DriverName): Promise<GuardedStack> => {
    const stack = made.get(driver) ?? MAKE[driver]();
    made.set(driver, stack);
    return stack;
  };
  /** By the state file: whose stack is up, or was lastly and has not been taken down. */
  const last = () => {
    const state = readState(stackPaths());
    return state && { driver: state.driver, isUp: isAlive(state.supervisor) };
  };
  const chosenFor = async (wish: StackWish): Promise<DriverName> => {
    const before = last();
    const { driver, rejected } = await chooseStack(before?.isUp ? before.driver : null, wish, CANDIDATES);
    for (const { driver: other, reason } of rejected) say(`not on ${other}: ${reason}`);
    // Only the same driver knows how to clean up what is left of a stack.
    if (before && before.driver !== driver) await (await stackOf(before.driver)).down();
    return driver;
  };
  return {
    choose: async (wish) => stackOf(wish ? await chosenFor(wish) : (last()?.driver ?? 'local')),
    all: () => {
      const first = last()?.driver ?? 'local';
      const others = CANDIDATES.map(({ driver }) => driver).filter((driver) => driver !== first);
      return Promise.all([first, ...others].map(stackOf));
    },
    checks: () => Promise.all([check('Docker', engineVersion), check('Compose', composeVersion)]),
  };
};
