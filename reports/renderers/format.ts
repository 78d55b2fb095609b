/** Figures as people read them. Everything comes in seconds and ratios. */

const NONE = '–';

/** Three significant figures at most, no trailing noise. */
const short = (value: number): string => {
  const size = Math.abs(value);
  const digits = size >= 100 || size === 0 ? 0 : size >= 10 ? 1 : 2;
  return String(Number(value.toFixed(digits)));
};

/** `26 ms`, `3.18 s`, `2 min 5 s`. */
export const duration = (seconds: number | null): string => {
  if (seconds === null || !Number.isFinite(seconds)) return NONE;
  if (Math.abs(seconds) < 0.9995) return `${short(seconds * 1000)} ms`;
  if (Math.abs(seconds) < 120) return `${short(seconds)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
};

/** `~24 ms`, `~1.4 s`: two digits, for what is interpolated within buckets. */
export const approximately = (seconds: number | null): string => {
  if (seconds === null || !Number.isFinite(seconds)) return NONE;
  return seconds === 0 ? duration(0) : `~${duration(Number(seconds.toPrecision(2)))}`;
};

/** `2 s`: whole seconds, rounded up, for what is known to the second only. */
export const wholeSeconds = (seconds: number): string => duration(Math.ceil(seconds - 1e-6));

/** `12.5 %`; a ratio above nothing never reads as nothing. */
export const percent = (ratio: number | null): string => {
  if (ratio === null || !Number.isFinite(ratio)) return NONE;
  if (ratio > 0 && ratio < 0.0001) return 'below 0.01 %';
  return `${short(ratio * 100)} %`;
};

export const times = (factor: number | null): string => (factor === null ? NONE : `${factor.toFixed(2)}×`);

export const count = (value: number): string => String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ',');

export const rate = (perSecond: number): string => `${short(perSecond)}/s`;

/** `09:30:25.4` UTC, rounded; `09:30:25` for a whole second. */
export const clock = (unixSeconds: number, digits = Number.isInteger(unixSeconds) ? 0 : 1): string => {
  const unit = 10 ** digits;
  const date = new Date((Math.round(unixSeconds * unit) / unit) * 1000);
  return Number.isNaN(date.getTime())
    ? NONE
    : date
        .toISOString()
        .slice(11, 20 + digits)
        .replace(/\.$/, '');
};

/** `2026-11-22 09:30:00 UTC`. */
export const dateTime = (unixSeconds: number): string => {
  const date = new Date(unixSeconds * 1000);
  return Number.isNaN(date.getTime()) ? NONE : `${date.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
};

/** `+25.4 s` after the start; `+25 s` for the offset of a whole second. */
export const offset = (seconds: number, digits = 1): string =>
  `${seconds < 0 ? '−' : '+'}${Math.abs(seconds).toFixed(digits)} s`;

/** `09:30:25 UTC (+25 s)`: a whole second of a series, by the clock and after the start. */
export const second = (unixSeconds: number, start: number, zone = ''): string =>
  `${clock(unixSeconds, 0)}${zone} (${offset(unixSeconds - start, 0)})`;

export const plural = (value: number, noun: string): string =>
  `${count(value)} ${noun}${value === 1 ? '' : 's'}`;

/** `a`, `a and b`, `a, b and c`. */
export const list = (items: string[]): string =>
  items.length < 2 ? (items[0] ?? '') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
