import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';

/** A TypeScript project of somebody else's that has obsctl in its node_modules. */
const folder = mkdtempSync(join(tmpdir(), 'types-'));

beforeAll(() => {
  const modules = join(folder, 'node_modules');
  mkdirSync(modules);
  for (const name of ['fastify', 'pg', '@types'])
    symlinkSync(resolve('node_modules', name), join(modules, name));
  symlinkSync(resolve('.'), join(modules, 'obsctl'));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const PREAMBLE = `
import Fastify from 'fastify';
import { type ChaosOptions, type FaultHost, chaos } from 'obsctl/fastify';
const app = Fastify({ logger: true });
const options: ChaosOptions = { service: 'todo', instance: 'todo-1', token: 't', adminPort: 0 };
const host: FaultHost = { capacity: { total: 4, take: async (slots: number) => () => void slots } };
`;

/** What the compiler says of the file, one line per error. */
const compile = async (source: string, module: 'nodenext' | 'preserve'): Promise<string[]> => {
  writeFileSync(join(folder, 'app.ts'), PREAMBLE + source);
  const tsc = resolve('node_modules/typescript/bin/tsc');
  const options = ['--noEmit', '--strict', '--skipLibCheck', '--target', 'es2022', '--types', 'node'];
  const run = promisify(execFile)(process.execPath, [tsc, ...options, '--module', module, 'app.ts'], {
    cwd: folder,
  });
  return run.then(
    () => [],
    ({ stdout }: { stdout: string }) => stdout.trim().split('\n'),
  );
};

test.each(['nodenext', 'preserve'] as const)('the plugin registers in a typed app (%s)', async (module) => {
  const source = `
    await app.register(chaos, { ...options, role: 'api', host });
    export const port: number = app.faultAdmin.port();
    export const state = await app.faultAdmin.registry.inject({ id: 'a', fault: 'latency', leaseSeconds: 1 });
    export const left: number = state.expiresIn;`;
  expect(await compile(source, module)).toEqual([]);
});

test('a wrong option is an error at its line, so the types are not any', async () => {
  const source = `
    await app.register(chaos, { ...options, token: 5 });
    export const port: string = app.faultAdmin.port();
    export const state = await app.faultAdmin.registry.inject({});
    export const left: string = state.expiresIn;
    host.capacity!.take('2');`;
  const errors = (await compile(source, 'nodenext')).filter((line) => line.startsWith('app.ts'));
  const lines = new Set(
    errors.map((line) => Number(/\((\d+),/.exec(line)?.[1]) - PREAMBLE.split('\n').length),
  );
  expect(lines).toEqual(new Set([1, 2, 4, 5]));
});
