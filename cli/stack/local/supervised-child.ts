import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { monotonicSeconds } from '../../shared/clock.ts';
import { messageOf } from '../../shared/errors.ts';
import {
  endProcess,
  identify,
  isStopped,
  type ProcessIdentity,
  signalProcess,
} from '../../shared/process-identity.ts';
import { pollUntil } from '../../shared/retry.ts';
import type { Component, ComponentState } from '../stack.ts';
import { logTail } from './log-tail.ts';

/** What is ended together; see STOP_ORDER. */
export type Layer = 'service' | 'database' | 'collector' | 'store';

export interface ChildSpec {
  name: string;
  /** service.name where it is a role of the service. */
  service: string | null;
  address: string | null;
  command: string;
  args: string[];
  cwd: string;
  env: Record<string, string>;
  owner?: { uid: number; gid: number };
  logFile: string;
  /** 'ipc': it says so itself, by a message `{type: 'ready'}`; else it is asked. */
  ready: 'ipc' | (() => Promise<boolean>);
  layer: Layer;
  stopSignal?: NodeJS.Signals;
  /** Longest wait for its end before it is killed, seconds. */
  stopTimeout?: number;
  /** Longest wait for it to get ready, seconds. */
  readyTimeout?: number;
}

export interface ChildEvents {
  onChange(): void;
  onSpawn(pid: number): void;
  onGone(pid: number): void;
  /** It ended without having been asked to. */
  onUnplannedExit(child: SupervisedChild, how: string): void;
  onGaveUp(child: SupervisedChild): void;
}

/** Longest wait for a child to get ready where it says nothing else, seconds. */
const READY_TIMEOUT = 60;
/** Restart pauses, seconds: doubling, as systemd and Kubernetes back off; after the last one it is given up. */
const BACK_OFF = [0.2, 0.5, 1, 2, 4, 8];
/** A child that lived this long, seconds, starts its back-off anew. */
const SETTLED_AFTER = 30;
/** Longest wait for the end of a child that was told to end, where it says nothing else, seconds. */
const STOP_TIMEOUT = 4;
/** Longest wait for the exit of a process that was killed, seconds. */
const EXIT_TIMEOUT = 2;

/** A child process that is kept running until it is told to stop. */
export class SupervisedChild {
  readonly spec: ChildSpec;
  state: ComponentState = 'starting';
  restarts = 0;
  private readonly events: ChildEvents;
  private process: ChildProcess | undefined;
  private identity: ProcessIdentity | undefined;
  private startedAt = 0;
  private readySeconds: number | null = null;
  private detail = '';
  private stopping = false;
  private attempt = 0;
  private restartTimer: NodeJS.Timeout | undefined;
  /** While set, it is not started again; what it does then ends the hold. */
  private holdTimer: NodeJS.Timeout | undefined;

  constructor(spec: ChildSpec, events: ChildEvents) {
    this.spec = spec;
    this.events = events;
  }

  get component(): Component {
    const { name, service, address } = this.spec;
    return {
      name,
      service,
      address,
      state: this.state === 'ready' && this.identity && isStopped(this.identity) ? 'paused' : this.state,
      pid: this.identity?.pid ?? null,
      restarts: this.restarts,
      readySeconds: this.readySeconds,
      detail: this.detail,
    };
  }

  get running(): (ProcessIdentity & { name: string; address: string | null }) | undefined {
    return this.identity && { name: this.spec.name, address: this.spec.address, ...this.identity };
  }

  /** Starts it and waits until it is ready. Throws with the end of its log when it does not get there. */
  async start(): Promise<void> {
    this.setState(this.restarts > 0 ? 'restarting' : 'starting');
    this.startedAt = monotonicSeconds();
    const failure = await this.spawnAndWait();
    if (this.stopping) return;
    if (failure !== undefined) {
      this.detail = failure;
      this.setState('failed');
      throw new Error(`${this.spec.name} did not get ready: ${failure}${logTail(this.spec.logFile)}`);
    }
    this.readySeconds = monotonicSeconds() - this.startedAt;
    this.detail = '';
    this.setState('ready');
  }

  /** Ends it, with SIGKILL after `patience` seconds. */
  async stop(patience = this.spec.stopTimeout ?? STOP_TIMEOUT): Promise<void> {
    this.stopping = true;
    clearTimeout(this.restartTimer);
    this.clearHold();
    if (this.identity) await endProcess(this.identity, this.spec.stopSignal ?? 'SIGTERM', patience);
    await this.exitSeen();
    this.setState('stopped');
  }

  /**
   * Ends it at once and does not start it again for `seconds`, or until `release`. Resolves when its process is gone.
   */
  async hold(seconds: number): Promise<void> {
    if (this.stopping) return;
    clearTimeout(this.restartTimer);
    this.setHold(seconds);
    if (this.identity) signalProcess(this.identity, 'SIGKILL');
    await this.exitSeen();
  }

  /** Holds it `seconds` from now; false where it is not held any more. */
  extendHold(seconds: number): boolean {
    if (!this.holdTimer) return false;
    this.setHold(seconds);
    return true;
  }

  /** Ends the hold: it is started again, as after any exit. Does nothing where it is not held. */
  release(): void {
    if (!this.holdTimer) return;
    this.clearHold();
    this.attempt = 0;
    if (!this.identity && !this.stopping) this.restart();
  }

  /** We hear of an exit a moment after the kernel shows it. */
  private async exitSeen(): Promise<void> {
    await pollUntil(async () => (this.identity ? undefined : true), { timeout: EXIT_TIMEOUT, every: 0.02 });
  }

  private setHold(seconds: number): void {
    this.clearHold();
    this.holdTimer = setTimeout(() => this.release(), seconds * 1000);
  }

  private clearHold(): void {
    clearTimeout(this.holdTimer);
    this.holdTimer = undefined;
  }

  private setState(state: ComponentState): void {
    this.state = state;
    this.events.onChange();
  }

  /** Undefined when it got ready, else why not. */
  private async spawnAndWait(): Promise<string | undefined> {
    const child = this.launch();
    const failed = new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(messageOf(error)));
      child.once('exit', (code, signal) => resolve(`it ended with ${signal ?? `exit code ${code}`}`));
      child.on('message', (message: { type?: string; message?: string }) => {
        if (message.type === 'failed') resolve(message.message ?? 'it failed');
      });
    });
    const timeout = new AbortController();
    const ready = this.waitReady(child, timeout.signal);
    const outcome = await Promise.race([failed, ready]);
    timeout.abort(new Error('settled'));
    return outcome;
  }

  private launch(): ChildProcess {
    const { spec } = this;
    const log = openSync(spec.logFile, 'a', 0o600);
    const ipc = spec.ready === 'ipc';
    const child = spawn(spec.command, spec.args, {
      cwd: spec.cwd,
      env: spec.env,
      ...spec.owner,
      stdio: ['ignore', log, log, ...(ipc ? (['ipc'] as const) : [])],
    });
    closeSync(log);
    this.process = child;
    if (child.pid !== undefined) {
      this.identity = identify(child.pid);
      this.events.onSpawn(child.pid);
    }
    child.once('exit', (code, signal) => this.onExit(child, signal ?? `exit code ${code}`));
    child.on('error', () => {});
    return child;
  }

  private async waitReady(child: ChildProcess, signal: AbortSignal): Promise<string | undefined> {
    const { ready, readyTimeout = READY_TIMEOUT } = this.spec;
    const late = `it was not ready within ${readyTimeout} s`;
    let said = false;
    if (ready === 'ipc')
      child.on('message', (message: { type?: string }) => (said ||= message.type === 'ready'));
    const ask = ready === 'ipc' ? async () => said : ready;
    try {
      const up = await pollUntil(async () => ((await ask()) ? true : undefined), {
        timeout: readyTimeout,
        every: 0.05,
        signal,
      });
      return up ? undefined : late;
    } catch {
      return late;
    }
  }

  private onExit(child: ChildProcess, how: string): void {
    if (child !== this.process) return;
    const wasReady = this.state === 'ready';
    if (this.identity) this.events.onGone(this.identity.pid);
    this.identity = undefined;
    if (this.stopping || !wasReady) return;
    this.events.onUnplannedExit(this, how);
    if (monotonicSeconds() - this.startedAt > SETTLED_AFTER) this.attempt = 0;
    this.detail = `ended with ${how}`;
    this.scheduleRestart();
  }

  private scheduleRestart(): void {
    if (this.holdTimer) {
      this.setState('restarting');
      return;
    }
    const pause = BACK_OFF[this.attempt++];
    if (pause === undefined) {
      this.setState('failed');
      this.events.onGaveUp(this);
      return;
    }
    this.setState('restarting');
    this.restartTimer = setTimeout(() => this.restart(), pause * 1000);
  }

  private restart(): void {
    this.restarts++;
    this.start().catch(() => {
      if (this.stopping) return;
      if (this.identity) process.kill(this.identity.pid, 'SIGKILL');
      this.scheduleRestart();
    });
  }
}
