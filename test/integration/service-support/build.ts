import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const root = new URL('../../..', import.meta.url).pathname;

/**
 * Builds the service's two entries as scripts/build.mjs does, into a folder of their own inside the checkout (the
 * packages are found from there). Apart from dist/, so that no other test's build gets in the way.
 */
export const buildService = async () => {
  const folder = mkdtempSync(join(root, 'node_modules', '.obsctl-service-'));
  await build({
    absWorkingDir: root,
    entryPoints: {
      'service/server': 'service/server.ts',
      'service/register': 'service/telemetry/register.ts',
    },
    outdir: folder,
    bundle: true,
    splitting: true,
    format: 'esm',
    outExtension: { '.js': '.mjs' },
    platform: 'node',
    target: 'node20',
    packages: 'external',
    sourcemap: true,
    logLevel: 'warning',
    define: { __OBSCTL_VERSION__: JSON.stringify('0.0.0-test') },
  });
  return {
    register: join(folder, 'service', 'register.mjs'),
    server: join(folder, 'service', 'server.mjs'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
};
export type BuiltService = Awaited<ReturnType<typeof buildService>>;
