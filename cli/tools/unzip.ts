import { createReadStream, createWriteStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createInflateRaw } from 'node:zlib';

/** Where an archive keeps a member, as its central directory says. */
interface Member {
  method: number;
  compressedSize: number;
  size: number;
  /** Of its local header. */
  offset: number;
}

// Numbers from PKWARE's APPNOTE.TXT, sections 4.3.7 (local header), 4.3.12 (central directory), 4.3.16 (its end).
const END = { signature: 0x06054b50, bytes: 22, longestComment: 0xffff };
const CENTRAL = { signature: 0x02014b50, bytes: 46 };
const LOCAL = { signature: 0x04034b50, bytes: 30 };
const STORED = 0;
const DEFLATED = 8;

const readAt = async (file: FileHandle, position: number, length: number): Promise<Buffer> => {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
  if (bytesRead < length) throw new Error('the archive is cut short');
  return buffer;
};

const centralDirectory = async (file: FileHandle): Promise<Buffer> => {
  const { size } = await file.stat();
  const length = Math.min(size, END.bytes + END.longestComment);
  const tail = await readAt(file, size - length, length);
  for (let at = length - END.bytes; at >= 0; at--) {
    if (tail.readUInt32LE(at) !== END.signature) continue;
    return readAt(file, tail.readUInt32LE(at + 16), tail.readUInt32LE(at + 12));
  }
  throw new Error('the archive is no zip file, or cut short');
};

const memberIn = (directory: Buffer, wanted: string): Member => {
  for (let at = 0; at + CENTRAL.bytes <= directory.length; ) {
    if (directory.readUInt32LE(at) !== CENTRAL.signature) break;
    const nameLength = directory.readUInt16LE(at + 28);
    const name = directory.toString('utf8', at + CENTRAL.bytes, at + CENTRAL.bytes + nameLength);
    if (name === wanted)
      return {
        method: directory.readUInt16LE(at + 10),
        compressedSize: directory.readUInt32LE(at + 20),
        size: directory.readUInt32LE(at + 24),
        offset: directory.readUInt32LE(at + 42),
      };
    at += CENTRAL.bytes + nameLength + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  throw new Error(`the archive holds no ${wanted}`);
};

/** Position of the member's first byte: the local header has lengths of its own. */
const dataOf = async (file: FileHandle, { offset }: Member): Promise<number> => {
  const header = await readAt(file, offset, LOCAL.bytes);
  if (header.readUInt32LE(0) !== LOCAL.signature) throw new Error('the archive is damaged');
  return offset + LOCAL.bytes + header.readUInt16LE(26) + header.readUInt16LE(28);
};

const locate = async (archive: string, wanted: string): Promise<Member & { start: number }> => {
  const file = await open(archive);
  try {
    const member = memberIn(await centralDirectory(file), wanted);
    return { ...member, start: await dataOf(file, member) };
  } finally {
    await file.close();
  }
};

/**
 * Writes one member of a zip archive (below 4 GiB, not encrypted) to `target`, and returns `target`. Not every Linux has
 * an `unzip`, and GNU tar reads no zip. Throws when the member is not there or not whole.
 */
export const extractFromZip = async (archive: string, wanted: string, target: string): Promise<string> => {
  const { start, method, compressedSize, size } = await locate(archive, wanted);
  if (method !== STORED && method !== DEFLATED) throw new Error(`${wanted} is compressed in an unknown way`);
  const out = createWriteStream(target);
  const data =
    compressedSize > 0 ? createReadStream(archive, { start, end: start + compressedSize - 1 }) : [];
  await (method === DEFLATED ? pipeline(data, createInflateRaw(), out) : pipeline(data, out));
  if (out.bytesWritten !== size) throw new Error(`${wanted} is not whole in the archive`);
  return target;
};
