import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drain } from './drain.ts';

describe('drain', () => {
  it('puts lines that differ in a word or a figure into one template', () => {
    const lines = [
      'connection to 10.0.0.1 lost after 30 ms',
      'connection to 10.0.0.2 lost after 9 ms',
      'retrying call, attempt 2',
      'retrying call, attempt 3',
      'user alice not found',
      'user bob not found',
    ];
    expect(drain(lines).map(({ text }) => text)).toEqual([
      'connection to <*> lost after <*> ms',
      'retrying call, attempt <*>',
      'user <*> not found',
    ]);
  });

  it('keeps lines of another length, first word or sense apart', () => {
    const lines = ['pool is empty', 'pool is empty now', 'cache is empty', 'pool was never full'];
    expect(drain(lines)).toHaveLength(4);
  });

  it('accounts for every line exactly once, whatever the lines are', () => {
    const text = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom('a', ' ', '1', '<*>', '\n') }));
    fc.assert(
      fc.property(fc.array(text, { maxLength: 60 }), (lines) => {
        const seen = drain(lines).flatMap((template) => template.lines);
        expect(seen.sort((a, b) => a - b)).toEqual(lines.map((_, i) => i));
      }),
    );
  });
});
