// Builds dist/ with esbuild: one entry a process, shared code in chunks, packages left outside.
// Runs at `npm ci` (prepare); bin/obsctl.js runs it too where install scripts were held back.
// `build.mjs service`: only that part, without declarations, and a package.json of what it imports (the Dockerfile's way).
import { execFile } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const { name, version, type, dependencies, overrides } = JSON.parse(
  readFileSync(`${root}package.json`, 'utf8'),
);

const ENTRY_POINTS = {
  'cli/main': 'cli/main.ts',
  'cli/supervisor': 'cli/stack/local/supervisor-main.ts',
  'cli/compose-host': 'cli/stack/compose/host-main.ts',
  'cli/gateway': 'cli/stack/local/gateway-main.ts',
  'cli/reaper': 'cli/stack/local/reaper-main.ts',
  'cli/guard': 'cli/chaos/guard/guard-main.ts',
  'service/server': 'service/server.ts',
  'service/register': 'service/telemetry/register.ts',
  'service/fastify': 'service/fastify.ts',
};

/** Declarations of what other people's apps import (dist/types); `npm run types` is what checks the types. */
const declarations = () => {
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  return promisify(execFile)(process.execPath, [tsc, '-p', `${root}service/tsconfig.types.json`]);
};

/** A file imported as text, as the tests' Vite does it: `import styles from './styles.css?raw'`. */
const rawFiles = {
  name: 'raw-files',
  setup({ onResolve, onLoad }) {
    const namespace = 'raw-files';
    onResolve({ filter: /\?raw$/ }, ({ path, resolveDir }) => ({
      path: join(resolveDir, path.replace(/\?raw$/, '')),
      namespace,
    }));
    onLoad({ filter: /.*/, namespace }, async ({ path }) => ({
      contents: await readFile(path, 'utf8'),
      loader: 'text',
    }));
  },
};

const part = process.argv[2];
const isWanted = ([entry]) => part === undefined || entry.startsWith(`${part}/`);

/** package.json of the part: the packages that its bundles name, in the versions that the whole has. */
const writePackages = ({ outputs }) => {
  const bundles = Object.keys(outputs).filter((path) => path.endsWith('.js'));
  const text = bundles.map((path) => readFileSync(`${root}${path}`, 'utf8')).join('\n');
  const isNamed = ([name]) => [`"${name}"`, `"${name}/`].some((start) => text.includes(start));
  const own = Object.fromEntries(Object.entries(dependencies).filter(isNamed));
  const written = { name, version, type, dependencies: own, overrides };
  writeFileSync(`${root}dist/${part}/package.json`, `${JSON.stringify(written, null, 2)}\n`);
};

/** npm never packs the lock file at the top; who installs the package builds the same image with this copy of it. */
const copyLock = () => {
  const lock = `${root}package-lock.json`;
  if (existsSync(lock)) copyFileSync(lock, `${root}dist/package-lock.json`);
};

rmSync(`${root}dist`, { recursive: true, force: true });
const declared = part === undefined ? declarations() : undefined;
const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: Object.fromEntries(Object.entries(ENTRY_POINTS).filter(isWanted)),
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  packages: 'external',
  plugins: [rawFiles],
  sourcemap: true,
  metafile: true,
  logLevel: 'warning',
  define: { __OBSCTL_VERSION__: JSON.stringify(version) },
});
if (part === undefined) copyLock();
else writePackages(metafile);
await declared;
