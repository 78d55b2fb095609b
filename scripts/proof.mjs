// Breaks everything once and follows each fault from its injection to the culprit through spike, exemplar, trace and log
// lines; writes reports/samples/correlation-proof/. `npm run proof -- --help`. All of it takes about forty minutes.
import { runBundled } from './bundled.mjs';

await runBundled('scripts/proof/main.ts');
