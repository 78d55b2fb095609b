import { describe, expect, it } from 'vitest';
import { targetSchema } from '../contract.ts';
import { targetTest } from './target.ts';

const request = { route: '/products/:id', method: 'GET', headers: { 'x-tenant': 'blue' } };
const matches = (target: object) => targetTest(targetSchema.parse(target))(request);

describe('targetTest', () => {
  it.each([
    ['nothing in particular', {}, true],
    ['the template', { route: '/products/:id' }, true],
    ['another template', { route: '/products' }, false],
    ['a glob over one segment', { route: '/products/*' }, true],
    ['one star does not cross a slash', { route: '/*' }, false],
    ['two stars do', { route: '/**' }, true],
    ['any more do no more', { route: '/***' }, true],
    ['a dot is a dot', { route: '/products.:id' }, false],
    ['the method', { method: 'GET' }, true],
    ['another method', { method: 'POST' }, false],
    ['the header, in any case', { header: 'X-Tenant=blue' }, true],
    ['another value', { header: 'x-tenant=red' }, false],
    ['all of them, one wrong', { route: '/products/*', method: 'POST', header: 'x-tenant=blue' }, false],
  ])('%s', (_what, target, expected) => {
    expect(matches(target)).toBe(expected);
  });

  it('takes runs of stars for two, and not many of them, so that it never takes long', () => {
    const begin = performance.now();
    expect(matches({ route: `/${'*'.repeat(60)}x` })).toBe(false);
    expect(performance.now() - begin).toBeLessThan(5_000);
    expect(targetSchema.safeParse({ route: '/**/*/*/*' }).success).toBe(true);
    const { error } = targetSchema.safeParse({ route: '/*a*a*a*a*' });
    expect(error?.issues).toMatchObject([
      { path: ['route'], message: expect.stringMatching(/^has more than 4 wildcards/) },
    ]);
  });
});
