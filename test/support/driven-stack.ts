import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ChaosDriver } from '../../cli/chaos/chaos-driver.ts';
import { createChaos } from '../../cli/chaos/create-chaos.ts';
import { isAlive, type ProcessIdentity } from '../../cli/shared/process-identity.ts';
import { LocalStack } from '../../cli/stack/local/local-stack.ts';
import type { Component, StackStatus } from '../../cli/stack/stack.ts';
import { createEmbeddedTelemetrySource } from '../../cli/telemetry/embedded/embedded-telemetry-source.ts';
import { createGrafanaTelemetrySource } from '../../cli/telemetry/grafana/grafana-telemetry-source.ts';
import { User } from './cli.ts';

/** A stack that the built program brought up, with a chaos driver of our own on it. */
export class DrivenStack {
  private constructor(
    readonly user: User,
    readonly stack: LocalStack,
    readonly driver: ChaosDriver,
  ) {}

  static async up(...options: string[]): Promise<DrivenStack> {
    const user = new User();
    await user.json(['up', ...options]);
    const stateHome = process.env.XDG_STATE_HOME;
    // Read when a stack is made: where its state is.
    process.env.XDG_STATE_HOME = join(user.home, 'state');
    const stack = new LocalStack({
      toxiproxy: async () => null,
      binaries: () => Promise.reject(new Error('it is up already')),
      telemetryOver: async (client) => createEmbeddedTelemetrySource(client),
      grafanaOver: async ({ prometheus, loki, tempo }) =>
        createGrafanaTelemetrySource({
          prometheus: { url: prometheus },
          loki: { url: loki },
          tempo: { url: tempo },
        }),
    });
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
