import { crc32, deflateRawSync } from 'node:zlib';

/** A file of a zip archive that a test makes; stored where `stored` says so, else deflated. */
export interface ZipFile {
  name: string;
  content: string | Buffer;
  stored?: boolean;
}

const EXECUTABLE = (0o100755 << 16) >>> 0;

/** The fields that both headers of a file share (APPNOTE.TXT, 4.3.7 and 4.3.12). */
const fieldsOf = ({ name, content, stored }: ZipFile) => {
  const plain = Buffer.from(content);
  const data = stored ? plain : deflateRawSync(plain);
  const fields = Buffer.alloc(26);
  fields.writeUInt16LE(20, 0);
  fields.writeUInt16LE(stored ? 0 : 8, 4);
  fields.writeUInt32LE(crc32(plain), 10);
  fields.writeUInt32LE(data.length, 14);
  fields.writeUInt32LE(plain.length, 18);
  fields.writeUInt16LE(Buffer.byteLength(name), 22);
  return { fields, data };
};

const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};

/** A zip archive of these files. */
export const zipOf = (files: ZipFile[], comment = ''): Buffer => {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const file of files) {
    const { fields, data } = fieldsOf(file);
    const name = Buffer.from(file.name);
    const local = Buffer.concat([uint32(0x04034b50), fields, name, data]);
    const more = Buffer.alloc(6);
    directory.push(
      Buffer.concat([
        uint32(0x02014b50),
        Buffer.from([20, 3]),
        fields,
        more,
        uint32(EXECUTABLE),
        uint32(offset),
        name,
      ]),
    );
    parts.push(local);
    offset += local.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(offset, 16);
  end.writeUInt16LE(comment.length, 20);
  return Buffer.concat([...parts, central, end, Buffer.from(comment)]);
};
