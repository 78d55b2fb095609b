import type { Window } from '../../../../reports/record/common.ts';
import type { Alert } from '../../../../reports/record/evidence.ts';
import { nowSeconds } from '../../../shared/clock.ts';
import type { PrometheusQuestion } from './api.ts';
import { keyOf, type Labels, METRIC_NAME, type Sample, type Series } from './matrix.ts';
import { selectorOf } from './promql.ts';
import { cadenceOf } from './targets.ts';

/** Prometheus writes both while an alert is pending or firing; the value of the second is when its expression first held. */
const ALERTS = 'ALERTS';
const SINCE = 'ALERTS_FOR_STATE';

/** Before the window, to see since when an alert was active; seconds. */
const LOOK_BACK = 300;
/** An alert may have fired that long before, seconds. */
const FURTHEST = 86_400;
const MAX_RAW = 3600;
const POINTS = 1200;
/** Between two evaluations, seconds, where no alert has two samples: Prometheus' own default. */
const USUAL_CADENCE = 60;
/** An alert without a sample for so many evaluations had ended. */
const GAP = 2.5;

interface Moment {
  t: number;
  state: 'pending' | 'firing';
}

interface History {
  labels: Labels;
  moments: Moment[];
  since: Sample[];
}

const isState = (state: string | undefined): state is Moment['state'] =>
  state === 'pending' || state === 'firing';

const historiesOf = (series: Series[]): History[] => {
  const histories = new Map<string, History>();
  for (const { labels, samples } of series) {
    const { [METRIC_NAME]: metric, alertstate: state, ...own } = labels;
    const key = keyOf(own);
    const history = histories.get(key) ?? { labels: own, moments: [], since: [] };
    histories.set(key, history);
    if (metric === SINCE) history.since.push(...samples);
    else if (isState(state)) history.moments.push(...samples.map(([t]) => ({ t, state })));
  }
  for (const { moments } of histories.values()) moments.sort((a, b) => a.t - b.t);
  return [...histories.values()];
};

/** The moments without a gap between them, each such stretch by itself. */
const stretchesOf = (moments: Moment[], cadence: number): Moment[][] => {
  const stretches: Moment[][] = [];
  for (const moment of moments) {
    const last = stretches.at(-1);
    if (last && moment.t - last.at(-1)!.t <= GAP * cadence) last.push(moment);
    else stretches.push([moment]);
  }
  return stretches;
};

const alertOf = ({ labels, since }: History, stretch: Moment[], cadence: number, end: number): Alert => {
  const [first, last] = [stretch[0]!.t, stretch.at(-1)!.t];
  const { alertname = '', ...others } = labels;
  const held = since.find(([t, value]) => t >= first && t <= last && Number.isFinite(value) && value > 0);
  const firedAt = stretch.find(({ state }) => state === 'firing')?.t ?? null;
  return {
    name: alertname,
    state: firedAt === null ? 'pending' : 'firing',
    labels: others,
    activeAt: held?.[1] ?? first,
    firedAt,
    endedAt: end - last <= GAP * cadence ? null : last + cadence,
  };
};

const order = ({ name, activeAt, labels }: Alert): string =>
  JSON.stringify([name, keyOf(labels), activeAt.toFixed(3).padStart(20, '0')]);

/**
 * Usual seconds between two evaluations of the alert's own group: groups differ. The lower median, for the time between
 * two alerts is no cadence; null with fewer than two samples.
 */
const ownCadence = ({ moments }: History): number | null => {
  const gaps = moments
    .slice(1)
    .map(({ t }, i) => t - moments[i]!.t)
    .filter((gap) => gap > 0)
    .sort((a, b) => a - b);
  return gaps[(gaps.length - 1) >> 1] ?? null;
};

/** Alerts that were pending or firing in the window, one for each time they came up. `now`: Unix seconds. */
export const alertsOf = (series: Series[], { from, to }: Window, now: number): Alert[] => {
  const usual = cadenceOf(series) ?? USUAL_CADENCE;
  const end = Math.min(to, now);
  return historiesOf(series)
    .flatMap((history) => {
      const cadence = ownCadence(history) ?? usual;
      return stretchesOf(history.moments, cadence)
        .filter((stretch) => stretch.at(-1)!.t >= from && stretch[0]!.t < to)
        .map((stretch) => alertOf(history, stretch, cadence, end));
    })
    .sort((a, b) => (order(a) < order(b) ? -1 : 1));
};

const thinned = (window: Window): number => Math.max(1, Math.ceil((window.to - window.from) / POINTS));

/** Alerts that fired already where the samples begin: when they began to is not known of these samples. */
const firedBefore = (alerts: Alert[], begin: number): Alert[] =>
  alerts.filter(({ activeAt, firedAt }) => firedAt !== null && activeAt < begin);

/** The alert with the time at which it fired first, by samples of before. */
const withFirstFiring = (alert: Alert, earlier: History[]): Alert => {
  const key = keyOf({ ...alert.labels, alertname: alert.name });
  const fired = earlier
    .find(({ labels }) => keyOf(labels) === key)
    ?.moments.find(({ t, state }) => state === 'firing' && t >= alert.activeAt);
  return fired ? { ...alert, firedAt: fired.t } : alert;
};

/** Asks for the alerts of the window; of those that fired already, also for when they began to. */
export const askAlerts = async (question: PrometheusQuestion, window: Window): Promise<Alert[]> => {
  const selector = selectorOf([ALERTS, SINCE]);
  const longer = { from: window.from - LOOK_BACK, to: window.to };
  const series =
    window.to - window.from <= MAX_RAW
      ? await question.raw(selector, longer)
      : await question.stepped(selector, longer, thinned(longer));
  const alerts = alertsOf(series, window, nowSeconds());
  const open = firedBefore(alerts, longer.from);
  if (open.length === 0) return alerts;
  const first = Math.min(...open.map(({ activeAt }) => activeAt));
  const before = { from: Math.max(first, longer.from - FURTHEST), to: longer.from };
  const earlier = historiesOf(await question.stepped(selector, before, thinned(before)));
  return alerts.map((alert) => (open.includes(alert) ? withFirstFiring(alert, earlier) : alert));
};
