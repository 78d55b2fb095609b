// Runs every fault with several seeds and parameters against one stack, and writes reports/samples/confusion-matrix/:
// what was injected, against what the analysis named. `npm run matrix -- --help`. All of it takes about two hours.
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(root, 'node_modules', '.obsctl-matrix-'));
const outfile = join(folder, 'main.mjs');
try {
  await build({
    entryPoints: [join(root, 'scripts/matrix/main.ts')],
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
