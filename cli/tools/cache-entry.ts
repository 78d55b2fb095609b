import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { FoundTool, ToolDefinition } from './tool.ts';

/** What lies beside a cached binary: where it came from, and by what it is known to be the one that was verified. */
interface Note {
  version: string;
  origin: string;
  size: number;
  /** Milliseconds since 1970. */
  modified: number;
  /** In hex; notes of earlier versions have none. */
  sha256?: string;
}

const NOTE = 'origin.json';

const sha256Of = async (path: string): Promise<string> => {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
};

const writeNote = (folder: string, note: Note): Promise<void> =>
  writeFile(join(folder, NOTE), `${JSON.stringify(note)}\n`);

/** Moves a verified binary into a new folder, beside a note of what it is. Returns the folder. */
export const writeEntry = async (
  folder: string,
  tool: ToolDefinition,
  binary: string,
  what: { version: string; origin: string },
): Promise<string> => {
  await mkdir(folder);
  const path = join(folder, tool.name);
  await rename(binary, path);
  const { size, mtimeMs } = await stat(path);
  await writeNote(folder, { ...what, size, modified: mtimeMs, sha256: await sha256Of(path) });
  return folder;
};

const readNote = async (folder: string): Promise<Note> => {
  try {
    return JSON.parse(await readFile(join(folder, NOTE), 'utf8'));
  } catch (cause) {
    throw new Error(`no ${join(folder, NOTE)}`, { cause });
  }
};

/** Whether a binary whose time of change is another one's has the content that was noted; the time is noted anew then. */
const isSameContent = async (folder: string, note: Note, path: string, modified: number) => {
  if (note.sha256 === undefined || (await sha256Of(path)) !== note.sha256) return false;
  // A cache that may only be read is compared again the next time.
  await writeNote(folder, { ...note, modified }).catch(() => undefined);
  return true;
};

/**
 * The binary in that folder of the cache. It was run and verified when it came there, and is not run again: size and
 * time of change say that it is still the same, and where the time is another (a copy), its SHA-256. Throws when it is
 * not there, or another.
 */
export const readEntry = async (folder: string, tool: ToolDefinition): Promise<FoundTool> => {
  const note = await readNote(folder);
  const { version, origin, size, modified } = note;
  const path = join(folder, tool.name);
  const now = await stat(path).catch(() => null);
  if (!now) throw new Error(`no ${path}`);
  const isSame = now.mtimeMs === modified || (await isSameContent(folder, note, path, now.mtimeMs));
  if (now.size !== size || !isSame) throw new Error(`${path} is not the one that was put there`);
  return { name: tool.name, path, version, way: 'cache', origin, size };
};
