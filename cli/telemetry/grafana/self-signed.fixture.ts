import { generateKeyPairSync, sign } from 'node:crypto';

/** A certificate for 127.0.0.1 that signs itself, by RFC 5280's ASN.1 written out in DER. */

const length = (size: number): Buffer => {
  if (size < 128) return Buffer.from([size]);
  const bytes = size < 256 ? [size] : [size >> 8, size & 255];
  return Buffer.from([128 + bytes.length, ...bytes]);
};

const der = (tag: number, ...parts: Buffer[]): Buffer => {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag]), length(content.length), content]);
};

const sequence = (...parts: Buffer[]) => der(0x30, ...parts);
const set = (...parts: Buffer[]) => der(0x31, ...parts);
const octets = (...parts: Buffer[]) => der(0x04, ...parts);
const bits = (content: Buffer) => der(0x03, Buffer.from([0]), content);
const integer = (value: number) => der(0x02, Buffer.from([value]));
const oid = (hex: string) => der(0x06, Buffer.from(hex, 'hex'));
const text = (value: string) => der(0x0c, Buffer.from(value));
const time = (year: number) => der(0x18, Buffer.from(`${year}0101000000Z`));
const yes = der(0x01, Buffer.from([255]));
const tagged = (number: number, ...parts: Buffer[]) => der(0xa0 + number, ...parts);

const COMMON_NAME = '550403';
const ALTERNATIVE_NAME = '551d11';
const BASIC_CONSTRAINTS = '551d13';
const ECDSA_WITH_SHA256 = '2a8648ce3d040302';

const extensions = () =>
  sequence(
    sequence(oid(ALTERNATIVE_NAME), octets(sequence(der(0x87, Buffer.from([127, 0, 0, 1]))))),
    sequence(oid(BASIC_CONSTRAINTS), yes, octets(sequence(yes))),
  );

export const makeSelfSigned = (): { key: string; cert: string } => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const name = sequence(set(sequence(oid(COMMON_NAME), text('back end of a test'))));
  const algorithm = sequence(oid(ECDSA_WITH_SHA256));
  const body = sequence(
    tagged(0, integer(2)),
    integer(1),
    algorithm,
    name,
    sequence(time(2020), time(2090)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(3, extensions()),
  );
  const certificate = sequence(body, algorithm, bits(sign('sha256', body, privateKey)));
  const pem = certificate.toString('base64').replace(/.{64}/g, '$&\n');
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    cert: `-----BEGIN CERTIFICATE-----\n${pem}\n-----END CERTIFICATE-----\n`,
  };
};
