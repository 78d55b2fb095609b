// Runs what is written in TypeScript from a script: bundled by esbuild into a folder of its own beside the packages it
// needs, which is removed afterwards.
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

const withModule = async (entry, use) => {
  const folder = mkdtempSync(join(root, 'node_modules', '.obsctl-script-'));
  const outfile = join(folder, 'main.mjs');
  try {
    await build({
      entryPoints: [join(root, entry)],
      outfile,
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      packages: 'external',
      logLevel: 'error',
    });
    return await use(await import(pathToFileURL(outfile).href));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

/** The module that the entry is. */
export const load = (entry) => withModule(entry, (loaded) => loaded);

/** Calls the `main` that the entry exports with the command line and the project's folder; its result is the exit code. */
export const runBundled = (entry) =>
  withModule(entry, async ({ main }) => {
    process.exitCode = await main(process.argv.slice(2), root);
  });
