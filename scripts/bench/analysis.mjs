// How long the analysis of a large run takes: the fixture's run with its traces repeated up to so many spans. The median of
// three, and the most memory the process held besides what the evidence itself takes. Prints JSON.
//   node scripts/bench/analysis.mjs [--spans 200000]
import { parseArgs } from 'node:util';
import { load } from '../bundled.mjs';

const { values } = parseArgs({ options: { spans: { type: 'string', default: '200000' } } });
const { largeEvidence } = await load('scripts/bench/analysis-evidence.ts');
const { analyse } = await load('reports/analysis/index.ts');

const evidence = largeEvidence(Number(values.spans));
const before = process.memoryUsage.rss();
const seconds = Array.from({ length: 3 }, () => {
  const from = performance.now();
  analyse(evidence);
  return (performance.now() - from) / 1000;
}).sort((a, b) => a - b);
const mebibytes = (bytes) => Math.round(bytes / 2 ** 20);
const peak = process.resourceUsage().maxRSS * 1024;
console.log(
  JSON.stringify({
    spans: evidence.traces.reduce((sum, { spans }) => sum + spans.length, 0),
    seconds: seconds[1],
    peakMiB: mebibytes(peak),
    evidenceMiB: mebibytes(before),
  }),
);
