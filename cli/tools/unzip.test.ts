import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { zipOf } from '../../test/support/zip.ts';
import { extractFromZip } from './unzip.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'unzip-'));
});
afterEach(() => rm(folder, { recursive: true }));

const extract = async (archive: Buffer, member: string): Promise<string> => {
  const file = join(folder, 'archive.zip');
  await writeFile(file, archive);
  return readFile(await extractFromZip(file, member, join(folder, 'out')), 'utf8');
};

const CONTENT = 'a binary of some length, '.repeat(10_000);
const FILES = [
  { name: 'readme.txt', content: 'read me' },
  { name: 'folder/tool', content: CONTENT },
  { name: 'stored', content: CONTENT, stored: true },
  { name: 'empty', content: '', stored: true },
];

describe('extractFromZip', () => {
  it.each([
    ['folder/tool', CONTENT],
    ['stored', CONTENT],
    ['empty', ''],
    ['readme.txt', 'read me'],
  ])('gives %s as it was', async (member, content) => {
    expect(await extract(zipOf(FILES), member)).toBe(content);
  });

  it('reads an archive with a comment at its end', async () => {
    expect(await extract(zipOf(FILES, 'made by a test'), 'readme.txt')).toBe('read me');
  });

  it('says so when the member is not there', async () => {
    await expect(extract(zipOf(FILES), 'tool')).rejects.toThrow('the archive holds no tool');
  });

  it.each([
    ['nothing at all', 0],
    ['its first half', 0.5],
    ['all but its end', 0.98],
  ])('refuses an archive of which %s is there', async (_, share) => {
    const archive = zipOf(FILES);
    const part = archive.subarray(0, Math.floor(archive.length * share));
    await expect(extract(part, 'stored')).rejects.toThrow('the archive is no zip file, or cut short');
  });

  it('refuses what is no archive', async () => {
    await expect(extract(Buffer.from('<html>not found</html>'.repeat(50)), 'tool')).rejects.toThrow(
      'no zip file',
    );
  });

  it('refuses a damaged member', async () => {
    const archive = zipOf([{ name: 'tool', content: CONTENT }]);
    archive.fill(0xff, 40, 60);
    await expect(extract(archive, 'tool')).rejects.toThrow();
  });

  it('refuses a member that is shorter than the archive says', async () => {
    const archive = zipOf([{ name: 'tool', content: CONTENT, stored: true }]);
    const at = archive.indexOf(Buffer.from([0x50, 0x4b, 0x01, 0x02]));
    archive.writeUInt32LE(CONTENT.length + 1, at + 24);
    await expect(extract(archive, 'tool')).rejects.toThrow('tool is not whole in the archive');
  });
});
