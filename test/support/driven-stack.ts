import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ChaosDriver } from '../../cli/chaos/chaos-driver.ts';
import { createChaos } from '../../cli/chaos/create-chaos.ts';
import { isAlive, type ProcessIdentity } from '../../cli/shared/process-identity.ts';
import { LocalStack } from '../../cli/stack/local/local-stack.ts';
import type { BackendUrls, Component, Stack, StackStatus } from '../../cli/stack/stack.ts';
import { createEmbeddedTelemetrySource } from '../../cli/telemetry/embedded/embedded-telemetry-source.ts';
import { createGrafanaTelemetrySource } from '../../cli/telemetry/grafana/grafana-telemetry-source.ts';
import type { TelemetrySource } from '../../cli/telemetry/telemetry-source.ts';
import { User } from './cli.ts';

type GuardedStack = Stack & { guardSocket(options: { start: boolean }): Promise<string | null> };

const localStack = (): GuardedStack =>
  new LocalStack({
    toxiproxy: async () => null,
    binaries: () => Promise.reject(new Error('it is up already')),
    telemetryOver: async (client) => createEmbeddedTelemetrySource(client),
    grafanaOver: async (backends) => grafanaAt(backends),
  });

/** The back ends of a stack, asked directly. */
export const grafanaAt = ({ prometheus, loki, tempo }: BackendUrls): TelemetrySource =>
  createGrafanaTelemetrySource({
    prometheus: { url: prometheus },
    loki: { url: loki },
    tempo: { url: tempo },
  });

/** A stack that the built program brought up, with a chaos driver of our own on it. */
export class DrivenStack {
  private constructor(
    readonly user: User,
    readonly stack: GuardedStack,
    readonly driver: ChaosDriver,
  ) {}

  /** The local one. */
  static up(...options: string[]): Promise<DrivenStack> {
    return DrivenStack.of(new User(), localStack, options);
  }

  /** That of a user; `make` is its port. */
  static async of(user: User, make: () => GuardedStack, options: string[] = []): Promise<DrivenStack> {
    await user.json(['up', ...options]);
    const stateHome = process.env.XDG_STATE_HOME;
    // Read when a stack is made: where its state is.
    process.env.XDG_STATE_HOME = join(user.home, 'state');
    const stack = make();
    const driven = new DrivenStack(
      user,
      stack,
      createChaos(stack, (find) => stack.guardSocket(find)),
    );
    if (stateHome === undefined) delete process.env.XDG_STATE_HOME;
    else process.env.XDG_STATE_HOME = stateHome;
    return driven;
  }

  async status(): Promise<StackStatus> {
    return (await this.stack.status()) as StackStatus;
  }

  async component(name: string): Promise<Component> {
    return (await this.status()).components.find((each) => each.name === name)!;
  }

  inStackFolder(file: string): string {
    return join(this.user.home, 'state/obsctl/stack', file);
  }

  guard(): ProcessIdentity {
    return JSON.parse(readFileSync(this.inStackFolder('guard.json'), 'utf8'));
  }

  /** Whether a guard lives that is not this one. */
  hasAnotherGuard(than: ProcessIdentity): boolean {
    if (!existsSync(this.inStackFolder('guard.json'))) return false;
    const guard = this.guard();
    return guard.pid !== than.pid && isAlive(guard);
  }

  async isWhole(): Promise<boolean> {
    const { components } = await this.status();
    return components.every(({ state }) => state === 'ready') && (await this.driver.list()).length === 0;
  }

  leave(): Promise<void> {
    return this.user.leave();
  }
}
