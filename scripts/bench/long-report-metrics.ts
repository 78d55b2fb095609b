import type { Span } from '../../reports/record/evidence.ts';
import { HOUR, type Made } from './long-report-data.ts';

const BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 10];

const nanos = (seconds: number): string => `${Math.round(seconds * 1e6)}000`;

/** One histogram series of an instance, counting on. */
class Histogram {
  private readonly counts = Array<number>(BOUNDS.length + 1).fill(0);
  private sum = 0;
  /** Of each bucket the last since it was read: a scrape shows no more. */
  private exemplars = new Map<number, object>();

  constructor(
    private readonly route: string,
    private readonly status: number,
    private readonly start: number,
  ) {}

  observe({ traceId, spanId }: Span, time: number, value: number): void {
    const bucket = BOUNDS.findIndex((bound) => value <= bound);
    const index = bucket === -1 ? BOUNDS.length : bucket;
    this.counts[index]! += 1;
    this.sum += value;
    this.exemplars.set(index, { timeUnixNano: nanos(time), asDouble: value, traceId, spanId });
  }

  read(time: number): object {
    const exemplars = [...this.exemplars.values()];
    this.exemplars = new Map();
    return {
      attributes: [
        { key: 'http.request.method', value: { stringValue: 'GET' } },
        { key: 'http.route', value: { stringValue: this.route } },
        { key: 'http.response.status_code', value: { intValue: String(this.status) } },
      ],
      ...{ startTimeUnixNano: nanos(this.start), timeUnixNano: nanos(time), sum: this.sum, exemplars },
      count: String(this.counts.reduce((total, count) => total + count, 0)),
      bucketCounts: this.counts.map(String),
      explicitBounds: BOUNDS,
    };
  }
}

/** One process as a scrape sees it. */
class Process {
  private readonly histograms = new Map<string, Histogram>();
  private seconds = 0;

  constructor(
    private readonly service: string,
    private readonly instance: string,
    private readonly start: number,
  ) {}

  observe(span: Span): void {
    const { 'http.route': route, 'http.response.status_code': status } = span.attributes;
    const key = `${route} ${status}`;
    const histogram = this.histograms.get(key) ?? new Histogram(String(route), Number(status), this.start);
    this.histograms.set(key, histogram);
    histogram.observe(span, span.start + span.duration, span.duration);
  }

  read(time: number, cadence: number): object {
    this.seconds += cadence * (0.1 + 0.02 * Math.sin(time / 60));
    const point = { timeUnixNano: nanos(time), startTimeUnixNano: nanos(this.start) };
    const gauge = (name: string, asDouble: number) => ({
      name,
      gauge: { dataPoints: [{ ...point, asDouble }] },
    });
    const cumulative = { aggregationTemporality: 2 };
    const metrics = [
      gauge('up', 1),
      gauge('process_start_time_seconds', this.start),
      gauge('nodejs_eventloop_lag_p99_seconds', 0.011 + 0.001 * Math.sin(time / 7)),
      gauge('nodejs_heap_size_used_bytes', 5e7 + 1e6 * Math.sin(time / 11)),
      {
        name: 'process_cpu_seconds',
        sum: { ...cumulative, isMonotonic: true, dataPoints: [{ ...point, asDouble: this.seconds }] },
      },
      {
        ...{ name: 'http.server.request.duration', unit: 's' },
        histogram: { ...cumulative, dataPoints: [...this.histograms.values()].map((one) => one.read(time)) },
      },
    ];
    const attributes = [
      { key: 'service.name', value: { stringValue: this.service } },
      { key: 'service.instance.id', value: { stringValue: this.instance } },
    ];
    return { resource: { attributes }, scopeMetrics: [{ metrics }] };
  }
}

const SCRAPES_A_PART = 60;

/**
 * OTLP/JSON requests with what a scrape of each process every `cadence` seconds would have read, oldest first. `up` and
 * the start time are there as if Prometheus had scraped: it is what tells a reader of the cadence.
 */
export const metricsOf = (requests: Made[], to: number, cadence: number): object[] => {
  const begin = to - 2 * HOUR;
  const processes = new Map(
    [...['api-1', 'api-2'].map((instance) => ['api', instance]), ['inventory', 'inventory-1']].map(
      ([service, instance]) => [instance!, new Process(service!, instance!, begin - HOUR)],
    ),
  );
  const waiting = requests.flatMap(({ server, inventory }) => [server, inventory]);
  const endOf = ({ start, duration }: Span): number => start + duration;
  waiting.sort((a, b) => endOf(a) - endOf(b));
  const [parts, reads]: [object[], object[]] = [[], []];
  let next = 0;
  for (let time = begin + cadence; time <= to; time += cadence) {
    for (; next < waiting.length && endOf(waiting[next]!) <= time; next++)
      processes.get(waiting[next]!.instance)!.observe(waiting[next]!);
    reads.push(...[...processes.values()].map((process) => process.read(time, cadence)));
    if (reads.length >= SCRAPES_A_PART * processes.size || time + cadence > to)
      parts.push({ resourceMetrics: reads.splice(0) });
  }
  return parts;
};
