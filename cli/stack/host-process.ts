import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import axios, { type AxiosInstance } from 'axios';
import { type ErrorCode, ObsctlError } from '../shared/errors.ts';
import { makeFolder } from '../shared/folder.ts';
import { packageRoot } from '../shared/package-root.ts';
import { endProcess, isAlive } from '../shared/process-identity.ts';
import { pollUntil } from '../shared/retry.ts';
import { assertCompatible } from './compatible.ts';
import { isGuardMissing, livingGuard } from './local/guard-files.ts';
import { readState, type StackPaths, type StackState } from './local/state-file.ts';
import type { DriverName, Replica, StackStatus, UpOptions, UpResult } from './stack.ts';

/** What the process tells whoever started it, until the stack is ready. */
export type FromHost =
  | { type: 'status'; status: StackStatus }
  | { type: 'ready'; status: StackStatus; secrets?: Record<string, string> }
  | { type: 'taken' }
  | { type: 'failed'; code: ErrorCode; message: string; details: string[] };

/** What it is called, and how long it may take, seconds. */
export interface HostTraits {
  driver: DriverName;
  /** Under dist/cli, without its ending; its log has the same name. */
  script: string;
  /** For a stack that another command is starting. */
  startTimeout: number;
  stopTimeout: number;
}

/** The background process that owns one stack: starts it, asks it over its socket, and ends it. */
export class HostProcess {
  constructor(
    readonly paths: StackPaths,
    private readonly traits: HostTraits,
  ) {}

  /** Its state file; undefined where it does not live, or another driver's stack is up. */
  living(): StackState | undefined {
    const state = readState(this.paths);
    return state && state.driver === this.traits.driver && isAlive(state.supervisor) ? state : undefined;
  }

  async status(): Promise<StackStatus | null> {
    const state = this.living();
    if (!state) return null;
    try {
      return (await this.client(state).get<StackStatus>('/status')).data;
    } catch {
      return null;
    }
  }

  /** Why there is no status: STACK_BUSY where one is starting or stopping, else STACK_DOWN with what may be left of one. */
  whyNone(): ObsctlError {
    const state = readState(this.paths);
    if (!state) return new ObsctlError('STACK_DOWN', 'No stack is up.');
    if (isAlive(state.supervisor))
      return new ObsctlError(
        'STACK_BUSY',
        'The stack is just being started or taken down, or does not answer.',
      );
    const guard = livingGuard(this.paths.guard);
    return new ObsctlError('STACK_DOWN', 'No stack is up, but what is left of one.', {
      details: [
        `the process that watched over it (pid ${state.supervisor.pid}) is gone; \`obsctl down\` removes what it ran`,
        ...(guard ? [`its lease guard (pid ${guard.pid}) lives, and ends each fault with its lease`] : []),
      ],
    });
  }

  /** Throws STACK_DOWN, or STACK_BUSY while it starts or stops. */
  async assertUp(): Promise<StackStatus> {
    const status = await this.status();
    if (!status) throw this.whyNone();
    if (status.state !== 'ready') throw new ObsctlError('STACK_BUSY', `The stack is ${status.state}.`);
    return status;
  }

  /** Those that run now. Throws ADMIN_UNAVAILABLE where that cannot be told. */
  async replicas(service?: string): Promise<Replica[]> {
    const { replicas, components, error } = await this.assertUp();
    // Nobody may take a silent engine for a stack without replicas, and so without faults.
    if (error !== null)
      throw new ObsctlError('ADMIN_UNAVAILABLE', `It is not known which replicas run. ${error}`);
    const running = new Set(components.filter(({ state }) => state === 'ready').map(({ name }) => name));
    return replicas.filter(
      (replica) => running.has(replica.instance) && (service === undefined || replica.service === service),
    );
  }

  async adminToken(): Promise<string> {
    await this.assertUp();
    return this.living()!.adminToken;
  }

  /** The lease guard's socket; null where none lives and no lease can be open, unless one is to be started. */
  async guardSocket({ start }: { start: boolean }): Promise<string | null> {
    const { guard } = this.paths;
    if (livingGuard(guard) && existsSync(guard.socket)) return guard.socket;
    const state = this.living();
    if (!start && !(state && (livingGuard(guard) || isGuardMissing(guard)))) return null;
    await this.assertUp();
    return (await this.client(this.living()!).post<{ socket: string }>('/guard', {})).data.socket;
  }

  client(state: StackState): AxiosInstance {
    return axios.create({
      socketPath: state.socket,
      baseURL: 'http://supervisor',
      timeout: 120_000,
      proxy: false,
    });
  }

  /** The stack that is up, or that another command is starting now; undefined where there is neither. */
  async reuse(options: UpOptions): Promise<UpResult | undefined> {
    const running = await this.status();
    if (running) return { status: assertCompatible(running, options), reused: true };
    return this.living() ? this.reuseStarting(options) : undefined;
  }

  /** Starts it; `input` are its arguments. Waits until the stack is ready, and throws what keeps it from that. */
  async launch(
    input: unknown[],
    options: UpOptions,
    onChange: (status: StackStatus) => void,
  ): Promise<UpResult> {
    makeFolder(this.paths.logs, 0o700);
    const log = openSync(this.log, 'w', 0o600);
    const script = fileURLToPath(new URL(`dist/cli/${this.traits.script}.js`, packageRoot()));
    const asked = input.map((value) => JSON.stringify(value));
    const child = spawn(process.execPath, ['--enable-source-maps', script, ...asked], {
      detached: true,
      stdio: ['ignore', log, log, 'ipc'],
    });
    const result = await this.follow(child, onChange).finally(() => {
      if (child.connected) child.disconnect();
      child.unref();
    });
    return result === 'taken' ? this.reuseStarting(options) : result;
  }

  /** Tells it to take the stack down, and waits until it is gone. False where it does not live. */
  async end(): Promise<boolean> {
    const state = this.living();
    if (!state) return false;
    const { stopTimeout } = this.traits;
    await this.client(state)
      .post('/down', {})
      .catch(() => endProcess(state.supervisor, 'SIGTERM', stopTimeout));
    const gone = await pollUntil(async () => (isAlive(state.supervisor) ? undefined : true), {
      timeout: stopTimeout,
    });
    if (!gone) await endProcess(state.supervisor, 'SIGKILL', 1);
    return true;
  }

  private get log(): string {
    return join(this.paths.logs, `${this.traits.script}.log`);
  }

  private async reuseStarting(options: UpOptions): Promise<UpResult> {
    return { status: assertCompatible(await this.waitForOther(), options), reused: true };
  }

  private async waitForOther(): Promise<StackStatus> {
    const status = await pollUntil(async () => (await this.status()) ?? (this.living() ? undefined : null), {
      timeout: this.traits.startTimeout,
    });
    if (status) return status;
    throw new ObsctlError('STACK_BUSY', 'Another command was starting a stack, and it did not come up.');
  }

  private follow(child: ChildProcess, onChange: (status: StackStatus) => void): Promise<UpResult | 'taken'> {
    return new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code, signal) =>
        reject(
          new ObsctlError(
            'STACK_FAILED',
            `The ${this.traits.script} ended with ${signal ?? `exit code ${code}`} while it started.`,
            { details: [`its log: ${this.log}`] },
          ),
        ),
      );
      child.on('message', (message: FromHost) => {
        if (message.type === 'status') onChange(message.status);
        else if (message.type === 'ready')
          resolve({ status: message.status, reused: false, secrets: message.secrets });
        else if (message.type === 'taken') resolve('taken');
        else reject(new ObsctlError(message.code, message.message, { details: message.details }));
      });
    });
  }
}
