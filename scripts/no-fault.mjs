// Many short runs in which nothing is broken, and how many of them alarmed all the same; writes reports/samples/no-fault/.
// `npm run no-fault -- --help`. Thirty runs take about 25 minutes.
import { runBundled } from './bundled.mjs';

await runBundled('scripts/no-fault/main.ts');
