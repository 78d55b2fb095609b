import { gzipSync } from 'node:zlib';
import { type OtlpEncoding, toProtobuf } from './otlp-encode.ts';

/** Posts one OTLP request in the given encoding. */
export const sendOtlp = (
  otlpUrl: string,
  signal: 'traces' | 'logs',
  message: object,
  encoding: OtlpEncoding,
): Promise<Response> => {
  const json = encoding.startsWith('json');
  const plain = json ? Buffer.from(JSON.stringify(message)) : toProtobuf(signal, message);
  const gzip = encoding.endsWith('gzip');
  return fetch(`${otlpUrl}/v1/${signal}`, {
    method: 'POST',
    headers: {
      'content-type': json ? 'application/json' : 'application/x-protobuf',
      ...(gzip ? { 'content-encoding': 'gzip' } : {}),
    },
    body: new Uint8Array(gzip ? gzipSync(plain) : plain),
  });
};
