import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { ObsctlError } from '../../shared/errors.ts';
import { packageRoot } from '../../shared/package-root.ts';
import type { ProcessIdentity } from '../../shared/process-identity.ts';
import { identify } from '../../shared/process-identity.ts';
import type { ComposeCommand } from './compose-command.ts';
import { type ComposeConfig, composeConfigSchema } from './compose-config.ts';
import { PROJECT } from './engine.ts';
import { engineAddress } from './engine-address.ts';
import type { Environment } from './environment.ts';

export const COMPOSE_FILE = fileURLToPath(new URL('docker-compose.yml', packageRoot()));

/** How many of its last lines say why it failed. */
const REASON_LINES = 3;

/** Docker Compose ended with an error; its message is what Compose said last. */
export class ComposeFailure extends Error {}

const reasonOf = (stderr: string): string =>
  stderr
    .split('\n')
    .map((line) => line.trim())
    // Compose's own words of progress, and what it has to say of variables.
    .filter((line) => line && !line.includes('level=warning'))
    .slice(-REASON_LINES)
    .join('\n');

export interface ComposeProjectParts {
  command: ComposeCommand;
  /** The environment file, and what stands in it: that wins over variables of the same name that are set already. */
  envFile: string;
  values: Environment;
  signal: AbortSignal;
  /** The processes of Compose that run now. */
  onProcesses(running: ProcessIdentity[]): void;
}

/** docker-compose.yml in the hands of Docker Compose. Each call throws ComposeFailure with what Compose said. */
export class ComposeProject {
  private readonly running = new Map<number, ProcessIdentity>();

  constructor(private readonly parts: ComposeProjectParts) {}

  /** Throws STACK_FAILED where the file or a variable does not fit. */
  async config(): Promise<ComposeConfig> {
    try {
      return composeConfigSchema.parse(JSON.parse(await this.run('config', '--format', 'json')));
    } catch (error) {
      if (!(error instanceof ComposeFailure)) throw error;
      throw new ObsctlError('STACK_FAILED', 'Docker Compose cannot read docker-compose.yml.', {
        details: error.message.split('\n'),
        cause: error,
      });
    }
  }

  async pull(service: string): Promise<void> {
    await this.run('pull', '--quiet', service);
  }

  async build(service: string): Promise<void> {
    await this.run('build', '--quiet', service);
  }

  /** Creates and starts all containers; waits for those only that another one needs to be healthy or done. */
  async up(replicas: number): Promise<void> {
    const what = [
      '--detach',
      '--no-build',
      '--pull',
      'never',
      '--remove-orphans',
      '--scale',
      `api=${replicas}`,
    ];
    await this.run('up', ...what);
  }

  private async run(...words: string[]): Promise<string> {
    const { command, envFile, values, signal } = this.parts;
    const [program, ...first] = command.words;
    const project = ['--project-name', PROJECT, '--file', COMPOSE_FILE, '--env-file', envFile];
    const child = execa(program, [...first, '--ansi', 'never', ...project, ...words], {
      env: { DOCKER_HOST: engineAddress(), COMPOSE_PROGRESS: 'plain', ...values },
      reject: false,
      stdin: 'ignore',
      cancelSignal: signal,
    });
    const { stdout, stderr, failed } = await this.counted(child.pid, child);
    signal.throwIfAborted();
    if (failed) throw new ComposeFailure(reasonOf(stderr));
    return stdout;
  }

  /** What is killed outright must be known to who comes after us: it goes on by itself. */
  private async counted<T>(pid: number | undefined, work: Promise<T>): Promise<T> {
    const identity = pid === undefined ? undefined : identify(pid);
    if (identity) this.running.set(identity.pid, identity);
    this.parts.onProcesses([...this.running.values()]);
    try {
      return await work;
    } finally {
      if (identity) this.running.delete(identity.pid);
      this.parts.onProcesses([...this.running.values()]);
    }
  }
}
