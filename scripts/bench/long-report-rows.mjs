/** Rows of what long-report.mjs prints. */
export const longReportRows = ({ errors, written, seconds, peakMB, requests, runs, short }, row) => {
  const [{ saw }] = runs;
  row(
    `report --since 1h, ${errors} error traces`,
    `${seconds.toFixed(1)} s (${runs.map((run) => run.seconds.toFixed(1)).join(', ')})`,
    '30 s',
    seconds <= 30,
  );
  row(
    '  over a report --since 5m of the same data',
    `${(seconds / short.seconds).toFixed(2)}x (${short.seconds.toFixed(1)} s)`,
    'stated',
  );
  row('  the most memory of the command', `${peakMB} MB`, '400 MB', peakMB <= 400);
  const each = Object.entries(runs[0].requestsByBackend).map(([name, count]) => `${name} ${count}`);
  row('  HTTP requests to the back ends', `${requests} (${each.join(', ')})`, '200', requests <= 200);
  row(
    '  what it saw',
    `${saw.requests} of ${written} requests, ${saw.errors} errors, ${saw.culprit}`,
    'all; inventory',
    saw.errors >= 0.99 * errors && saw.requests >= 0.99 * written && saw.failedQueries === 0,
  );
};
