import { type FileHandle, open } from 'node:fs/promises';
import { StringDecoder } from 'node:string_decoder';
import { sleep } from '../shared/clock.ts';

const CHUNK_BYTES = 256 * 1024;

/** Opens the file; null while it does not exist. */
const openIfThere = (path: string): Promise<FileHandle | null> =>
  open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });

/**
 * Reads a file line by line while another process writes it, asking again every `every` seconds, until `ended` has
 * settled and all is read. A last line without its end was cut off and is left out.
 */
export const tailLines = async (
  path: string,
  onLine: (line: string) => void,
  { ended, every = 0.2 }: { ended: Promise<unknown>; every?: number },
): Promise<void> => {
  let over = false;
  const end = ended.then(
    () => {
      over = true;
    },
    () => {
      over = true;
    },
  );
  let file: FileHandle | null = null;
  const read = lineReader(onLine);
  try {
    for (let last = false; !last; ) {
      last = over;
      file ??= await openIfThere(path);
      if (file) await read(file);
      if (!last) await Promise.race([sleep(every), end]);
    }
  } finally {
    await file?.close();
  }
};

/** Reads from where it stood last time to the end of the file as it is now. */
const lineReader = (onLine: (line: string) => void) => {
  const decoder = new StringDecoder('utf8');
  const buffer = Buffer.alloc(CHUNK_BYTES);
  let rest = '';
  return async (file: FileHandle): Promise<void> => {
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, CHUNK_BYTES, null);
      if (bytesRead === 0) return;
      const lines = (rest + decoder.write(buffer.subarray(0, bytesRead))).split('\n');
      rest = lines.pop()!;
      for (const line of lines) onLine(line);
    }
  };
};
