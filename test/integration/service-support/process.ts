import { type ChildProcess, fork } from 'node:child_process';
import type { BuiltService } from './build.ts';

export const TOKEN = 'token-for-integration-tests';

export interface ServiceProcess {
  url: string;
  adminUrl: string;
  child: ChildProcess;
  /** Lines of stdout so far. */
  lines: string[];
  /** SIGTERM; resolves with the exit code and the seconds it took. */
  stop(): Promise<{ code: number | null; seconds: number }>;
}

type Message = { type: 'ready'; port: number; adminPort: number } | { type: 'failed'; message: string };

const started = (child: ChildProcess): Promise<Message> =>
  new Promise((resolve, reject) => {
    child.once('message', (message) => resolve(message as Message));
    child.once('exit', (code) => reject(new Error(`the service ended with ${code} before it was ready`)));
  });

const ended = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve(child.exitCode);
    child.once('exit', (code) => resolve(code));
  });

/** One replica as the stack driver starts it: preload, server, IPC. */
export const startProcess = async (
  built: BuiltService,
  environment: Record<string, string>,
): Promise<ServiceProcess> => {
  const child = fork(built.server, [], {
    execArgv: ['--enable-source-maps', '--import', built.register],
    env: { PATH: process.env.PATH ?? '', ADMIN_TOKEN: TOKEN, ...environment },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const lines: string[] = [];
  let rest = '';
  child.stdout?.on('data', (chunk) => {
    const parts = `${rest}${chunk}`.split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts);
  });
  const message = await started(child);
  if (message.type === 'failed') throw new Error(message.message);
  return {
    url: `http://127.0.0.1:${message.port}`,
    adminUrl: `http://127.0.0.1:${message.adminPort}`,
    child,
    lines,
    stop: async () => {
      const start = performance.now();
      child.kill('SIGTERM');
      return { code: await ended(child), seconds: (performance.now() - start) / 1000 };
    },
  };
};
