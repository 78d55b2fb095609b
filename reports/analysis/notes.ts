import type { Evidence, RuntimeSeries } from '../record/evidence.ts';
import type { Spike } from '../record/findings.ts';
import { cutShort } from './asked.ts';
import { clientPoints, type RedPoint, stepOf, sumRed, userRoutes } from './series.ts';
import { servicesTakingPart } from './taking-part.ts';

/** Counts that differ by more than this share are worth a sentence. */
const MAX_DISAGREEMENT = 0.01;
/** A difference of fewer requests than this is the edge of a second, whatever its share. */
const MIN_DIFFERENCE = 5;
/** A replica without a request for this long, while others serve, is silent (seconds). */
const SILENT_SECONDS = 3;
/** And for so many steps: one without increments may be a scrape that was missed. */
const SILENT_STEPS = 2;
/** So many requests of its peers meanwhile that chance does not explain it. */
const SILENT_PEER_REQUESTS = 30;

const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

const compare = (what: string, client: number, server: number, entry: string): string[] => {
  const difference = Math.abs(client - server);
  if (difference < MIN_DIFFERENCE || difference <= MAX_DISAGREEMENT * Math.max(client, server)) return [];
  const [more, less] = client > server ? ['the client', entry] : [entry, 'the client'];
  return [
    `Client and server disagree on ${what}: the client counted ${client}, ${entry} ${server}; ${more} saw ${difference} more than ${less}.`,
  ];
};

const disagreementNotes = ({ client, red, entryService }: Evidence): string[] => {
  if (!client || userRoutes(red, entryService).length === 0) return [];
  const seen = clientPoints(client.overall);
  const served = sumRed(userRoutes(red, entryService)).points;
  const sum = <T>(points: T[], of: (point: T) => number) => points.reduce((total, p) => total + of(p), 0);
  return [
    ...compare(
      'requests',
      sum(seen, (p) => p.attempts),
      sum(served, (p) => p.requests),
      entryService,
    ),
    ...compare(
      'failed requests',
      sum(seen, (p) => p.attemptFailures),
      sum(served, (p) => p.failures),
      entryService,
    ),
  ];
};

/** The longest stretch without a request of its own, while the peers finished some; seconds. */
const longestSilence = (own: Set<number>, peers: RedPoint[]) => {
  let [stretch, longest] = [
    { seconds: 0, peers: 0 },
    { seconds: 0, peers: 0 },
  ];
  for (const { t, seconds, requests } of peers) {
    if (requests === 0) continue;
    stretch = own.has(t)
      ? { seconds: 0, peers: 0 }
      : { seconds: stretch.seconds + seconds, peers: stretch.peers + requests };
    if (stretch.seconds > longest.seconds) longest = stretch;
  }
  return longest;
};

const silentReplicas = ({ red, entryService }: Evidence): string[] => {
  const series = userRoutes(red, entryService);
  const step = stepOf(series);
  const enough = Math.max(SILENT_SECONDS, SILENT_STEPS * step);
  const instances = [...new Set(series.map(({ instance }) => instance))].sort();
  return instances.flatMap((instance) => {
    const own = sumRed(
      series.filter((one) => one.instance === instance),
      step,
    ).points;
    const peers = sumRed(
      series.filter((one) => one.instance !== instance),
      step,
    ).points;
    const busy = new Set(own.filter(({ requests }) => requests > 0).map(({ t }) => t));
    const silence = longestSilence(busy, peers);
    return silence.seconds >= enough && silence.peers >= SILENT_PEER_REQUESTS
      ? [
          `${instance} finished no request for ${silence.seconds} s while its peers finished ${silence.peers}.`,
        ]
      : [];
  });
};

/** Instances that did not answer every scrape and are told by name. */
const MAX_UNANSWERED = 5;
/** Points of `up` further apart than that may each stand for several scrapes, seconds. */
const EACH_SCRAPE = 1.5;

/** The median seconds between points. */
const spacingOf = (points: [number, number][]): number => {
  const gaps = points.slice(1).map(([time], i) => time - points[i]![0]);
  return gaps.sort((a, b) => a - b)[gaps.length >> 1] ?? 0;
};

const unanswered = ({ service, instance, points }: RuntimeSeries): string => {
  const missed = points.filter(([, value]) => value === 0).length;
  const spacing = spacingOf(points);
  const who = instance || service;
  return spacing <= EACH_SCRAPE
    ? `${who} did not answer ${plural(missed, 'scrape')}.`
    : `${who} did not answer every scrape in ${missed} of ${points.length} intervals of ${Math.round(spacing)} s.`;
};

const scrapeNotes = (evidence: Evidence): string[] => {
  const takingPart = servicesTakingPart(evidence);
  const silent = evidence.runtime.filter(
    ({ name, service, points }) =>
      name === 'up' && takingPart.has(service) && points.some(([, value]) => value === 0),
  );
  const more = silent.length - MAX_UNANSWERED;
  return [
    ...silent.slice(0, MAX_UNANSWERED).map(unanswered),
    ...(more > 0 ? [`${plural(more, 'further instance')} did not answer every scrape.`] : []),
  ];
};

const pipelineNotes = ({ completeness, queries }: Evidence): string[] => {
  const { traces, exemplars, pipeline } = completeness;
  const cut = queries.filter(cutShort).length;
  return [
    ...(traces.partial > 0 ? [`${traces.partial} of ${traces.fetched} traces lack a parent span.`] : []),
    ...(exemplars.unresolved > 0
      ? [`${exemplars.unresolved} of ${exemplars.collected} exemplars name a trace that is not there.`]
      : []),
    ...(pipeline.refused > 0
      ? [`The telemetry pipeline refused ${plural(pipeline.refused, 'item')} for a retry.`]
      : []),
    ...(pipeline.rejected > 0
      ? [`The telemetry pipeline rejected ${plural(pipeline.rejected, 'item')} for good.`]
      : []),
    ...(cut > 0 ? [`${plural(cut, 'telemetry answer')} reached the limit and may be incomplete.`] : []),
  ];
};

const viewpointNotes = ({ client }: Evidence, spikes: Spike[]): string[] => {
  if (client === null)
    return ['No client was watched: impact is what the servers saw, and what their users saw is unknown.'];
  const clientSaw = spikes.some(({ viewpoint }) => viewpoint === 'client');
  return spikes.length > 0 && !clientSaw
    ? ['The servers were affected, the client was not: no SLI of its own alarmed.']
    : [];
};

/** Facts worth a sentence that are no spike; incidents are evidence already, and stand for themselves. Texts quote telemetry: renderers escape them. */
export const notesOf = (evidence: Evidence, spikes: Spike[]): string[] => [
  ...viewpointNotes(evidence, spikes),
  ...disagreementNotes(evidence),
  ...silentReplicas(evidence),
  ...scrapeNotes(evidence),
  ...pipelineNotes(evidence),
];
