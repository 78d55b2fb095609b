// Lanczos' approximation (g = 7, nine terms):
// relative error below 1e-14 for x >= 0.5. https://en.wikipedia.org/wiki/Lanczos_approximation
const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

/** Natural logarithm of the gamma function for x >= 0.5. */
export const logGamma = (x: number): number => {
  const z = x - 1;
  const t = z + 7.5;
  const series = LANCZOS.reduce((sum, c, i) => (i === 0 ? c : sum + c / (z + i)), 0);
  return 0.5 * Math.log(2 * Math.PI) + (z + 0.5) * Math.log(t) - t + Math.log(series);
};

const logChoose = (n: number, k: number): number => logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1);

export interface Count {
  requests: number;
  failures: number;
}

/**
 * One-sided p-value of Fisher's exact test: how likely `current` would have at least that many failures if its
 * failure probability were that of `reference`, both margins fixed (Fisher 1922; the hypergeometric upper tail).
 * Works without a single failure in the reference. 1 when either side is empty. Counts are rounded.
 */
export const fisherUpperTail = (reference: Count, current: Count): number => {
  const [n, m] = [Math.round(current.requests), Math.round(reference.requests)];
  const k = Math.min(Math.round(current.failures), n);
  const failures = k + Math.min(Math.round(reference.failures), m);
  if (!(n > 0 && m > 0 && k > 0)) return 1;
  const logTotal = logChoose(n + m, failures);
  let p = 0;
  for (let x = k; x <= Math.min(failures, n); x++) {
    const term = Math.exp(logChoose(n, x) + logChoose(m, failures - x) - logTotal);
    p += term;
    if (term < p * 1e-12) break;
  }
  return Math.min(1, p);
};

/**
 * Probability of at least `failures` among `requests` when each fails with probability `p`: the binomial upper
 * tail, summed term by term.
 */
export const binomialUpperTail = ({ requests, failures }: Count, p: number): number => {
  const [n, k] = [Math.round(requests), Math.min(Math.round(failures), Math.round(requests))];
  if (k <= 0) return 1;
  if (p <= 0) return 0;
  if (p >= 1) return 1;
  let below = 0;
  for (let x = 0; x < k; x++) below += Math.exp(logChoose(n, x) + x * Math.log(p) + (n - x) * Math.log1p(-p));
  return Math.max(0, 1 - below);
};
