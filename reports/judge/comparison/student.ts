import { logGamma } from '../../analysis/statistics/fisher.ts';

const TINY = 1e-300;
const MOST_STEPS = 300;

/** Continued fraction of the incomplete beta function by Lentz's method (Thompson and Barnett 1986). */
const betaFraction = (x: number, a: number, b: number): number => {
  let c = 1;
  let d = 1 / Math.max(TINY, 1 - ((a + b) * x) / (a + 1));
  let result = d;
  for (let m = 1; m <= MOST_STEPS; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    let change = 1;
    for (const term of [even, odd]) {
      d = 1 / (1 + term * d || TINY);
      c = 1 + term / c || TINY;
      change = c * d;
      result *= change;
    }
    if (Math.abs(change - 1) < 1e-14) break;
  }
  return result;
};

/** Regularised incomplete beta function I_x(a, b); Abramowitz and Stegun 26.5.8. */
const incompleteBeta = (x: number, a: number, b: number): number => {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x));
  return x < (a + 1) / (a + b + 2)
    ? (front * betaFraction(x, a, b)) / a
    : 1 - (front * betaFraction(1 - x, b, a)) / b;
};

/** P(T > t) of Student's distribution, t >= 0; Abramowitz and Stegun 26.7.1. */
const upperTail = (t: number, freedom: number): number =>
  incompleteBeta(freedom / (freedom + t * t), freedom / 2, 0.5) / 2;

/** The value that Student's T with that many degrees of freedom exceeds with probability `tail` (0..0.5), by bisection. */
export const studentQuantile = (tail: number, freedom: number): number => {
  let [low, high] = [0, 1];
  while (upperTail(high, freedom) > tail) high *= 2;
  for (let i = 0; i < 100; i++) {
    const middle = (low + high) / 2;
    if (upperTail(middle, freedom) > tail) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
};
