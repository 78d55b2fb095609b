const list = (values) => values.map((value) => value.toFixed(1)).join(', ');
const seconds = (value) => (value === null ? 'never' : `${value.toFixed(2)} s`);

const SIGNALS = {
  traceById: 'trace by id',
  traceSearch: 'trace by search',
  log: 'log line',
  exemplar: 'exemplar',
};

/** Rows of what backends.mjs prints. */
export const backendsRows = ({ up: { grafana, embedded }, load, memory, visible, report }, row) => {
  const { median, each } = grafana;
  row('up with the real back ends to ready', `${median.toFixed(1)} s (${list(each)})`, '15 s', median <= 15);
  row(
    '  over up with the embedded telemetry',
    `${(median / embedded.median).toFixed(2)}x (${list(embedded.each)})`,
    'stated',
  );
  const { whole, backends, wholeAsRss } = memory;
  row(
    `memory of the whole stack at ${load.perSecond} requests/s, ${memory.measure}`,
    `${whole.median} median, ${whole.peak} peak`,
    'below 1200',
    whole.peak < 1200,
  );
  row(
    '  with shared pages counted in each process (RSS)',
    `${wholeAsRss.median} median, ${wholeAsRss.peak} peak`,
    'stated',
  );
  row('  the four back ends alone, PSS', `${backends.median} median, ${backends.peak} peak`, 'stated');
  for (const [signal, what] of Object.entries(SIGNALS)) {
    const { median: middle, most, never } = visible.seconds[signal];
    row(
      `request to visible, ${what}, median of ${visible.requests}`,
      `${seconds(middle)} (most ${seconds(most)}${never > 0 ? `, ${never} never` : ''})`,
      '2 s',
      middle !== null && middle <= 2,
    );
  }
  const runs = report.runs.map((run) => `${run.seconds.toFixed(1)} ${run.verdict}`).join(', ');
  row(
    'report after the end of the load, settle included',
    `${report.median.toFixed(1)} s (${runs})`,
    '20 s',
    report.median <= 20,
  );
};
