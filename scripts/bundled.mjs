// Runs a script that is written in TypeScript: bundled by esbuild into a folder of its own, which is removed afterwards.
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Calls the `main` that the entry exports with the command line and the project's folder; its result is the exit code. */
export const runBundled = async (entry) => {
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
    const { main } = await import(pathToFileURL(outfile).href);
    process.exitCode = await main(process.argv.slice(2), root);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
