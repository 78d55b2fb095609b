const accounted = ({ refused, countsAgree }) => `${refused}, ${countsAgree ? 'yes' : 'NO'}`;

/** Rows of what ingest.mjs prints. */
export const ingestRows = ({ embedded, collector }, row) => {
  row(
    'embedded receiver, spans by a second of one core',
    `${embedded.spansPerCpuSecond} (${embedded.spansPerSecond}/s by the clock)`,
    '10000',
    embedded.spansPerCpuSecond >= 10_000,
  );
  row(
    '  its memory at most; refused, all counted',
    `${embedded.rssMB.peak} MB; ${accounted(embedded)}`,
    'bounded; yes',
  );
  const { spansPerCpuSecond, spansPerSecond, rssMB, untilStored } = collector;
  row(
    'collector and Tempo, the same load',
    `${spansPerCpuSecond} (${spansPerSecond}/s by the clock)`,
    'stated',
  );
  row('  their memory at most; refused, all counted', `${rssMB.peak} MB; ${accounted(collector)}`, 'stated');
  if (untilStored) row("  with Tempo's writing of its blocks", `${untilStored.spansPerCpuSecond}`, 'stated');
  const ratio = (a, b) => `${(a / b).toFixed(2)}x`;
  row(
    'embedded over collector and Tempo: spans per core; memory',
    `${ratio(embedded.spansPerCpuSecond, spansPerCpuSecond)}; ${ratio(embedded.rssMB.peak, rssMB.peak)}`,
    'stated',
  );
};
