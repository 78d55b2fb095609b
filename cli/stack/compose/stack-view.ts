import type Docker from 'dockerode';
import type { Component, Endpoints, Replica } from '../stack.ts';
import { awaited, componentOf, endpointsOf, limitOf, removed, replicasOf, versionsOf } from './components.ts';
import { type ComposeConfig, isJob } from './compose-config.ts';
import { type ContainerView, containersOf } from './engine.ts';
import { ReadinessTracker } from './readiness-tracker.ts';

/** The stack's containers as they were when they were last looked at, and those that are still to come. */
export class StackView {
  containers: ContainerView[] = [];
  /** What is awaited, and what it waits for, by Compose service. */
  private readonly awaited = new Map<string, string>();
  private readonly jobs = new Set<string>();
  /** The service of every instance that had a container and is no job. */
  private readonly seen = new Map<string, string>();

  constructor(
    private readonly engine: Docker,
    private readonly tracker = new ReadinessTracker(),
  ) {}

  /** Says which services there will be. */
  expect({ services }: ComposeConfig): void {
    for (const [name, service] of Object.entries(services)) {
      if (isJob(service)) this.jobs.add(name);
      else this.awaited.set(name, '');
    }
  }

  /** Whether the service does its work and leaves. */
  isJob(service: string): boolean {
    return this.jobs.has(service);
  }

  /** What services that have no container yet wait for. */
  waitsFor(services: string[], what: string): void {
    for (const service of services) if (this.awaited.has(service)) this.awaited.set(service, what);
  }

  /** Asks the engine, and each container that is not known to be ready. */
  async look(): Promise<void> {
    const containers = await containersOf(this.engine);
    await this.tracker.look(containers);
    for (const { service, instance, isJob } of containers) {
      this.awaited.delete(service);
      if (!isJob) this.seen.set(instance, service);
    }
    this.containers = containers;
  }

  get components(): Component[] {
    const there = this.containers.map((view) => componentOf(view, this.tracker.secondsOf(view)));
    const coming = [...this.awaited].map(([service, what]) => awaited(service, what));
    return [...there.filter((component) => component !== undefined), ...this.gone, ...coming];
  }

  /** Those that are not ready; none where nothing is there yet is no answer. */
  get notReady(): string[] {
    const names = this.components.filter(({ state }) => state !== 'ready').map(({ name }) => name);
    const jobs = this.containers.filter(({ isJob: job, state }) => job && state !== 'exited');
    return [...names, ...jobs.map(({ instance }) => instance)];
  }

  /** Those whose container somebody removed. */
  private get gone(): Component[] {
    const there = new Set(this.containers.map(({ instance }) => instance));
    return [...this.seen]
      .filter(([instance]) => !there.has(instance))
      .map(([instance, service]) => removed(instance, service));
  }

  get replicas(): Replica[] {
    return replicasOf(this.containers);
  }

  get endpoints(): Endpoints | null {
    return endpointsOf(this.containers);
  }

  get versions(): Record<string, string> {
    return versionsOf(this.containers);
  }

  /** Memory limit of a component as a text; empty where it has none. */
  limitOf(instance: string): string {
    const view = this.containers.find((each) => each.instance === instance);
    return view ? limitOf(view) : '';
  }
}
