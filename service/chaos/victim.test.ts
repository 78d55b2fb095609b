import { describe, expect, it } from 'vitest';
import { isVictim, requestKey } from './victim.ts';

const TRIALS = 10_000;
const keys = Array.from({ length: TRIALS }, (_, n) => `${n.toString(16).padStart(32, '0')}:00000000000000aa`);
const victims = (seed: number, rate: number) => keys.filter((key) => isVictim(seed, key, rate));

describe('isVictim', () => {
  it.each([0.01, 0.3, 0.5, 0.95])('takes a share of %f within five standard deviations', (rate) => {
    const deviation = Math.sqrt(TRIALS * rate * (1 - rate));
    expect(Math.abs(victims(1, rate).length - TRIALS * rate)).toBeLessThan(5 * deviation);
  });

  it('takes all at rate 1', () => {
    expect(victims(7, 1)).toHaveLength(TRIALS);
  });

  it('takes the same for the same seed, others for another', () => {
    expect(victims(3, 0.2)).toEqual(victims(3, 0.2));
    expect(victims(4, 0.2)).not.toEqual(victims(3, 0.2));
  });

  it('only adds victims when the rate grows', () => {
    const more = new Set(victims(1, 0.4));
    expect(victims(1, 0.2).every((key) => more.has(key))).toBe(true);
  });
});

describe('requestKey', () => {
  const trace = '0af7651916cd43dd8448eb211c80319c';

  it('is trace id and parent span id', () => {
    expect(requestKey(`00-${trace}-b7ad6b7169203331-01`, () => 0)).toBe(`${trace}:b7ad6b7169203331`);
  });

  it.each([undefined, 'nonsense', `00-${trace}-01`, ['a', 'b']])(
    'counts where there is no trace context (%s)',
    (header) => {
      expect(requestKey(header, () => 42)).toBe('#42');
    },
  );
});
