// Runs every fault with several seeds and parameters against one stack, and writes reports/samples/confusion-matrix/:
// what was injected, against what the analysis named. `npm run matrix -- --help`. All of it takes about two hours.
import { runBundled } from './bundled.mjs';

await runBundled('scripts/matrix/main.ts');
