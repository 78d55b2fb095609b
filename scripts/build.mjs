// Builds dist/ with esbuild: one entry a process, shared code in chunks, packages left outside.
// Runs at `npm ci` (prepare); bin/obsctl.js runs it too where install scripts were held back.
import { execFile } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const root = fileURLToPath(new URL('..', import.meta.url));

/** Declarations of what other people's apps import (dist/types); `npm run types` is what checks the types. */
const declarations = () => {
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  return promisify(execFile)(process.execPath, [tsc, '-p', `${root}service/tsconfig.types.json`]);
};

rmSync(`${root}dist`, { recursive: true, force: true });
const declared = declarations();
await build({
  absWorkingDir: root,
  entryPoints: {
    'cli/main': 'cli/main.ts',
    'cli/supervisor': 'cli/stack/local/supervisor-main.ts',
    'cli/gateway': 'cli/stack/local/gateway-main.ts',
    'cli/reaper': 'cli/stack/local/reaper-main.ts',
    'cli/guard': 'cli/chaos/guard/guard-main.ts',
    'service/server': 'service/server.ts',
    'service/register': 'service/telemetry/register.ts',
    'service/fastify': 'service/fastify.ts',
  },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  packages: 'external',
  sourcemap: true,
  logLevel: 'warning',
  define: { __OBSCTL_VERSION__: JSON.stringify(version) },
});
await declared;
