import { describe, expect, it } from 'vitest';
import { k6 } from './k6.ts';

describe('k6', () => {
  it.each([
    ['linux', 'x64', 'k6-v1.8.1-linux-amd64.tar.gz', 'k6-v1.8.1-linux-amd64/k6'],
    ['linux', 'arm64', 'k6-v1.8.1-linux-arm64.tar.gz', 'k6-v1.8.1-linux-arm64/k6'],
    ['darwin', 'arm64', 'k6-v1.8.1-macos-arm64.zip', 'k6-v1.8.1-macos-arm64/k6'],
  ])('is published for %s/%s', (platform, arch, file, member) => {
    expect(k6.release!.archive(platform, arch)).toEqual({ file, member });
  });

  it.each([
    ['linux', 'ia32'],
    ['win32', 'x64'],
    ['freebsd', 'x64'],
  ])('is not taken for %s/%s', (platform, arch) => {
    expect(k6.release!.archive(platform, arch)).toBeNull();
  });

  it('says its version', () => {
    expect(k6.versionIn('k6 v1.8.1 (go1.26.8, linux/amd64)')).toBe('1.8.1');
    expect(k6.versionIn('k6 v1.8.1 (commit/abc, go1.26.8, linux/amd64)\nExtensions:\n  x v0.1')).toBe(
      '1.8.1',
    );
    expect(k6.versionIn('command not found')).toBeNull();
  });

  it('accepts 1.x only', () => {
    expect(['0.57.0', '1.0.0', '1.8.1', '2.0.0', '10.0.0'].filter(k6.accepts)).toEqual(['1.0.0', '1.8.1']);
  });
});
