import type { Window } from '../../../../reports/record/common.ts';
import { type Log, SEVERITIES } from '../../../../reports/record/evidence.ts';
import { chunks } from '../../../shared/lists.ts';
import type { LogSearch } from '../../telemetry-source.ts';
import type { Found, Note } from '../answer.ts';
import { BackendError } from '../backend-error.ts';
import type { BackendClient } from '../http.ts';
import type { Names } from '../options.ts';
import { isTraceId } from '../trace-id.ts';
import { labelNames } from './labels.ts';
import { type LogQuery, linesWith, logQuery, TRACE_ID_LABELS, type TraceIdPlace } from './logql.ts';
import { type NanoRange, type Page, RangeQuery } from './range-query.ts';

/** Trace ids in one query: below the 5120 characters that Loki before 2.9 takes. */
const IDS = 140;

const nanosOf = (seconds: number): bigint => BigInt(Math.round(seconds * 1e6)) * 1000n;

const inOrder = (a: Log, b: Log): number =>
  a.time - b.time ||
  (a.service < b.service ? -1 : a.service > b.service ? 1 : 0) ||
  (a.instance < b.instance ? -1 : a.instance > b.instance ? 1 : 0) ||
  (a.body < b.body ? -1 : a.body > b.body ? 1 : 0);

const atLeast = ({ minSeverity }: LogSearch) => {
  const least = SEVERITIES.indexOf(minSeverity ?? 'trace');
  return ({ severity }: Log): boolean => SEVERITIES.indexOf(severity) >= least;
};

type AskPlace = (place: TraceIdPlace, ids?: string[]) => Promise<Page>;

const joined = (pages: Page[]): Page => {
  const entries = new Map(pages.flatMap((page) => page.entries).map((entry) => [entry.key, entry]));
  return { entries: [...entries.values()], full: pages.some(({ full }) => full) };
};

const withoutLine = (ids: string[], pages: Page[]): string[] => {
  const seen = new Set(pages.flatMap(({ entries }) => entries.map(({ log }) => log.traceId)));
  return ids.filter((id) => !seen.has(id));
};

/** Log searches, with what names this Loki uses learnt on the way. */
export class LogSearcher {
  private readonly query: RangeQuery;
  private label: string | null = null;
  /** Where lines were found to carry their trace ids: services of one Loki may differ. */
  private places: TraceIdPlace[] = [];
  /** With so many ids at once other places were tried. */
  private triedWith = 0;

  constructor(
    private readonly client: BackendClient,
    private readonly names: Names,
  ) {
    this.query = new RangeQuery(client, names);
  }

  /** Lines of the window that fit, oldest first, at most `limit`. Throws BackendError. */
  async run(window: Window, search: LogSearch, note: Note): Promise<Found<Log[]>> {
    const ids = search.traceIds && [...new Set(search.traceIds)].filter(isTraceId);
    if (ids?.length === 0) return { value: [], rows: 0 };
    const range = { from: nanosOf(window.from), to: nanosOf(window.to) };
    const label = await this.serviceLabel(window);
    const { service, minSeverity } = search;
    const pages: Page[] = [];
    const groups = ids ? chunks(ids, IDS) : [undefined];
    for (const traceIds of groups)
      pages.push(await this.page({ label, service, minSeverity, traceIds }, range, search.limit + 1, note));
    const logs = pages.flatMap(({ entries }) => entries.map(({ log }) => log)).filter(atLeast(search));
    const value = logs.sort(inOrder).slice(0, search.limit);
    const truncated = logs.length > search.limit || pages.some(({ full }) => full);
    return { value, rows: value.length, truncated };
  }

  private async page(query: LogQuery, range: NanoRange, limit: number, note: Note): Promise<Page> {
    const { traceIds, label } = query;
    if (!traceIds) return this.query.all(logQuery(query), range, limit, note);
    const ask: AskPlace = (place, ids = traceIds) =>
      this.query.all(logQuery({ ...query, traceIds: ids, place }), range, limit, note);
    const pages: Page[] = [];
    for (const place of this.places) pages.push(await ask(place));
    if (this.places.length === 0) pages.push(await this.firstPage(ask, label, range, note));
    const left = withoutLine(traceIds, pages);
    if (this.places.length > 0 && left.length > 0 && traceIds.length > this.triedWith) {
      this.triedWith = traceIds.length;
      pages.push(...(await this.elsewhere(ask, left, note)));
    }
    return joined(pages);
  }

  /** Finds out where lines carry their trace ids. Those written before the first request carry none: they settle nothing. */
  private async firstPage(ask: AskPlace, label: string, range: NanoRange, note: Note): Promise<Page> {
    const page = await ask('trace_id');
    const place = page.entries.length > 0 ? 'trace_id' : await this.findPlace(label, range, note);
    const found = place === null || place === 'trace_id' ? page : await ask(place);
    if (found.entries.length > 0 && place !== null) this.places.push(place);
    return found;
  }

  /** Lines of ids that have none where others have them. That a place cannot be searched keeps nobody from what is known. */
  private async elsewhere(ask: AskPlace, ids: string[], note: Note): Promise<Page[]> {
    const pages: Page[] = [];
    for (const place of [...TRACE_ID_LABELS, 'line' as const]) {
      const left = withoutLine(ids, pages);
      if (this.places.includes(place) || left.length === 0) continue;
      try {
        const page = await ask(place, left);
        if (page.entries.length > 0) this.places.push(place);
        pages.push(page);
      } catch (error) {
        if (!(error instanceof BackendError)) throw error;
        note(`(not searched: trace ids in ${place})`);
      }
    }
    return pages;
  }

  /** Where the lines of the range may carry their trace ids; null while there are no lines to tell. */
  private async findPlace(label: string, range: NanoRange, note: Note): Promise<TraceIdPlace | null> {
    for (const place of TRACE_ID_LABELS) {
      const { entries } = await this.query.all(linesWith(label, place), range, 1, note);
      if (entries.length > 0) return place;
    }
    const { entries } = await this.query.all(logQuery({ label }), range, 1, note);
    return entries.length > 0 ? 'line' : null;
  }

  /** The first of the service's names that this Loki has; the first of all while it has none. */
  private async serviceLabel(window: Window): Promise<string> {
    if (this.label) return this.label;
    const there = new Set(await labelNames(this.client, window));
    this.label = this.names.lokiService.find((name) => there.has(name)) ?? null;
    return this.label ?? this.names.lokiService[0] ?? 'service_name';
  }
}
