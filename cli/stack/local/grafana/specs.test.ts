import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { freePorts } from '../ports.ts';
import { BACKEND_PORTS, BACKENDS, type Binaries } from '../telemetry-plan.ts';
import { type BackendFiles, prepareFiles } from './files.ts';
import { backendSpecs, backendUrls, namePorts, otlpUrl } from './specs.ts';

const binaries = Object.fromEntries(
  BACKENDS.map((name) => [name, { path: `/bin/${name}`, version: '1' }]),
) as Binaries;
const ports = namePorts(BACKEND_PORTS.map((_, i) => 40_000 + i));

let temporary: string;
let files: BackendFiles;
beforeEach(() => {
  temporary = mkdtempSync(join(tmpdir(), 'obsctl-specs-'));
  files = prepareFiles(temporary);
});
afterEach(() => rmSync(temporary, { recursive: true }));

const specs = () => backendSpecs({ ports, files, binaries, logs: '/logs' });

test('each is its binary, in a folder of its own that nobody else may enter', () => {
  expect(specs().map(({ name, command, logFile }) => [name, command, logFile])).toEqual(
    BACKENDS.map((name) => [name, `/bin/${name}`, `/logs/${name}.log`]),
  );
  const folders = specs().map(({ cwd }) => cwd);
  expect(new Set(folders).size).toBe(BACKENDS.length);
  for (const folder of folders) expect(statSync(folder).mode & 0o777).toBe(0o700);
});

test('every variable that a configuration reads is set, where it has no default', () => {
  for (const { name, env } of specs()) {
    const text = readFileSync(files.config[name as (typeof BACKENDS)[number]], 'utf8');
    const read = [...text.matchAll(/\$\{(?:env:)?([A-Z0-9_]+)\}/g)].map(([, variable]) => variable!);
    if (name !== 'prometheus') expect(read, name).not.toEqual([]);
    for (const variable of read) expect(env, `${name} reads ${variable}`).toHaveProperty(variable);
  }
});

test('each port is used by exactly who listens there, all on 127.0.0.1', () => {
  const text = specs().flatMap(({ args, env }) => [...args, ...Object.values(env)]);
  for (const [name, port] of Object.entries(ports))
    expect(
      text.some((part) => part.includes(String(port))),
      name,
    ).toBe(true);
  const addresses = text.flatMap((part) => /(?:^|\/\/|=)([\w.]+):4\d{4}/.exec(part)?.[1] ?? []);
  expect(new Set(addresses)).toEqual(new Set(['127.0.0.1']));
  expect(otlpUrl(ports)).toBe('http://127.0.0.1:40000');
  expect(new Set(Object.values(backendUrls(ports))).size).toBe(3);
});

test('the stores are ended after the collector, and none is waited for long', () => {
  const layers = Object.fromEntries(specs().map(({ name, layer }) => [name, layer]));
  expect(layers).toEqual({ otelcol: 'collector', prometheus: 'store', loki: 'store', tempo: 'store' });
  for (const { stopTimeout } of specs()) expect(stopTimeout).toBeLessThanOrEqual(2);
});

test('Prometheus gets a copy of its configuration with rules, and a folder for its targets', () => {
  expect(files.config.prometheus.startsWith(temporary)).toBe(true);
  expect(readdirSync(join(files.config.prometheus, '..', 'rules'))).not.toEqual([]);
  expect(existsSync(files.targets)).toBe(true);
});

test('a back end that does not listen is not ready, and does not throw', async () => {
  const closed = namePorts(await freePorts(BACKEND_PORTS.length));
  for (const { ready } of backendSpecs({ ports: closed, files, binaries, logs: '/logs' }))
    expect(await (ready as () => Promise<boolean>)()).toBe(false);
});
