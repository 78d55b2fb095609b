import { median, rounded, sum } from './figures.mjs';
import { pssOf, rssOf, treeOf } from './processes.mjs';

const EVERY_MS = 1000;

const summary = (values) => ({ median: rounded(median(values), 0), peak: rounded(Math.max(...values), 0) });

/**
 * Memory of a stack in MB (1e6 bytes): PSS of the supervisor and everything that descends from it, each second until
 * `stop` is called. `stop` returns median and peak of the whole, of the back ends alone, and the median by component; and
 * the whole as RSS, which counts shared pages again in each process, as an upper bound.
 */
export const watchMemory = (supervisor, components, backends) => {
  const samples = [];
  const take = () => {
    const pids = treeOf(supervisor);
    const pss = new Map(pids.map((pid) => [pid, pssOf(pid)]));
    const own = ({ pid }) => sum(treeOf(pid).map((each) => pss.get(each) ?? 0));
    const parts = Object.fromEntries(components.map((one) => [one.name, own(one)]));
    samples.push({
      parts: { ...parts, supervisor: pss.get(supervisor) },
      whole: sum([...pss.values()]),
      rss: sum(pids.map(rssOf)),
      backends: sum(backends.map((name) => parts[name])),
    });
  };
  take();
  const timer = setInterval(take, EVERY_MS);
  return {
    stop() {
      clearInterval(timer);
      const names = Object.keys(samples[0].parts);
      const medians = names.map((name) => [
        name,
        rounded(median(samples.map(({ parts }) => parts[name])), 0),
      ]);
      return {
        measure: 'PSS, MB',
        samples: samples.length,
        whole: summary(samples.map(({ whole }) => whole)),
        wholeAsRss: summary(samples.map(({ rss }) => rss)),
        backends: summary(samples.map((sample) => sample.backends)),
        medianByComponent: Object.fromEntries(medians),
      };
    },
  };
};
