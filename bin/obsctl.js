#!/usr/bin/env node
// Loads the built program. Where install scripts were held back nothing is built yet: build it now.
import { existsSync } from 'node:fs';

const main = new URL('../dist/cli/main.js', import.meta.url);
if (!existsSync(main)) {
  process.stderr.write('obsctl: building once ...\n');
  await import('../scripts/build.mjs');
}
await import(main.href);
