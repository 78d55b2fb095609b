import axios from 'axios';
import { nowSeconds } from '../../shared/clock.ts';
import { startCadence } from './cadence.ts';
import { parseExposition } from './openmetrics.ts';
import { type ScrapeRows, ScrapeState, type Target } from './scrape-state.ts';
import type { Store } from './store.ts';
import { EXEMPLARS, SAMPLES, SERIES } from './store-tables.ts';

export interface ScraperOptions {
  targets: Target[];
  /** Seconds between scrapes; a scrape may take eight tenths of it. */
  interval?: number;
}

export interface ScraperCounters {
  scrapes: number;
  failed: number;
  samples: number;
  exemplars: number;
  /** Samples left out: no room in the queue, or too many series; lines that could not be read. */
  left: number;
  malformed: number;
}

const ACCEPT = 'application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5';
const MAX_BYTES = 8 * 1024 * 1024;
const TIMEOUT_SHARE = 0.8;

const keyOf = ({ service, instance }: Target): string => JSON.stringify([service, instance]);

/**
 * Scrapes every target once an interval, all under the time at which the scrape began, and queues what they show. It
 * scrapes at whole Unix seconds: with an interval of one second an increase belongs to one second.
 */
export class Scraper {
  readonly counters: ScraperCounters = {
    scrapes: 0,
    failed: 0,
    samples: 0,
    exemplars: 0,
    left: 0,
    malformed: 0,
  };
  private states = new Map<string, ScrapeState>();
  private readonly running = new Map<ScrapeState, Promise<void>>();
  private readonly interval: number;
  private readonly stopCadence: () => void;

  constructor(
    private readonly store: Store,
    private readonly nextId: () => number,
    options: ScraperOptions,
  ) {
    this.interval = options.interval ?? 1;
    this.setTargets(options.targets);
    this.stopCadence = startCadence(this.interval, async () => void this.round());
  }

  /** Changes what is scraped from now on; an instance that stays keeps its history, also at a new address. */
  setTargets(targets: Target[]): void {
    this.states = new Map(targets.map((target) => [keyOf(target), this.stateOf(target)]));
  }

  /** A scrape of every target that begins now; settles when its rows are queued. */
  async scrapeNow(): Promise<void> {
    await this.settled();
    await this.round();
  }

  async close(): Promise<void> {
    this.stopCadence();
    await this.settled();
  }

  private async settled(): Promise<void> {
    while (this.running.size > 0) await Promise.all(this.running.values());
  }

  private stateOf(target: Target): ScrapeState {
    const state = this.states.get(keyOf(target)) ?? new ScrapeState(target, this.nextId);
    state.target = target;
    return state;
  }

  /** A target whose scrape still goes on is left out; the others are not kept waiting by it. */
  private async round(): Promise<void> {
    const t = nowSeconds();
    const idle = [...this.states.values()].filter((state) => !this.running.has(state));
    for (const state of idle) {
      this.running.set(
        state,
        this.scrape(state, t).finally(() => this.running.delete(state)),
      );
    }
    await Promise.all(idle.map((state) => this.running.get(state)));
  }

  private async scrape(state: ScrapeState, t: number): Promise<void> {
    this.counters.scrapes += 1;
    const text = await this.fetch(state.target.url).catch(() => null);
    if (text === null) {
      this.counters.failed += 1;
      this.keep(state.missed(t));
      return;
    }
    const left = state.left.samples;
    const exposition = parseExposition(text);
    this.counters.malformed += exposition.malformed;
    this.keep(state.scraped(t, exposition));
    this.counters.left += state.left.samples - left;
  }

  private async fetch(url: string): Promise<string> {
    const timeout = this.interval * 1000 * TIMEOUT_SHARE;
    const response = await axios.get<string>(url, {
      headers: { accept: ACCEPT },
      responseType: 'text',
      transformResponse: (body) => body,
      timeout,
      signal: AbortSignal.timeout(timeout),
      maxContentLength: MAX_BYTES,
      maxRedirects: 0,
      proxy: false,
    });
    return response.data;
  }

  /** New series are always kept: later samples of theirs would mean nothing without them. */
  private keep(rows: ScrapeRows): void {
    this.store.put(SERIES, rows.series);
    const count = rows.samples.length + rows.exemplars.length;
    if (!this.store.hasRoom(count)) {
      this.counters.left += count;
      return;
    }
    this.store.put(SAMPLES, rows.samples);
    this.store.put(EXEMPLARS, rows.exemplars);
    this.counters.samples += rows.samples.length;
    this.counters.exemplars += rows.exemplars.length;
  }
}
