/** Seeded randomness over 32-bit integers: the same seed gives the same numbers on every machine. */

/** MurmurHash3's 32-bit finaliser (Appleby 2011): a bijection, so two different inputs never share an output. */
export const mix32 = (value: number): number => {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
};

/** FNV-1a over the characters of a text (Fowler, Noll, Vo): an unsigned 32-bit integer. */
export const hash32 = (text: string): number => {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h >>> 0;
};

/** A number in [0, 1). */
export type Random = () => number;

/** Mulberry32 (Ettinger 2017): the stream of one iteration, apart from that of every other. */
export const randomOf = (seed: number, iteration: number): Random => {
  let state = mix32(mix32(seed) ^ (iteration + 0x9e3779b9));
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
};

/** A whole number from `low` to `high`, both included. */
export const integer = (random: Random, low: number, high: number): number =>
  low + Math.floor(random() * (high - low + 1));
