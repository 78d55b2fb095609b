import { Field, Root, Type } from 'protobufjs';

/** The part of Prometheus' remote-write 1.0 message that carries samples. */
const LABEL = new Type('Label').add(new Field('name', 1, 'string')).add(new Field('value', 2, 'string'));
const SAMPLE = new Type('Sample')
  .add(new Field('value', 1, 'double'))
  .add(new Field('timestamp', 2, 'int64'));
const SERIES = new Type('TimeSeries')
  .add(new Field('labels', 1, 'Label', 'repeated'))
  .add(new Field('samples', 2, 'Sample', 'repeated'));
const REQUEST = new Type('WriteRequest').add(new Field('timeseries', 1, 'TimeSeries', 'repeated'));
new Root().define('prometheus').add(LABEL).add(SAMPLE).add(SERIES).add(REQUEST);

/** Snappy's block format with one literal of at most 60 bytes, which compresses nothing. */
const snappy = (bytes: Uint8Array): Uint8Array => {
  if (bytes.length > 60) throw new RangeError('too long for a short literal');
  return Uint8Array.from([bytes.length, (bytes.length - 1) << 2, ...bytes]);
};

/** Writes one sample of a metric without further labels, at this moment. */
export const remoteWrite = (prometheus: string, name: string, value: number): Promise<Response> => {
  const series = { labels: [{ name: '__name__', value: name }], samples: [{ value, timestamp: Date.now() }] };
  const message = REQUEST.encode(REQUEST.fromObject({ timeseries: [series] })).finish();
  return fetch(`${prometheus}/api/v1/write`, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-protobuf',
      'content-encoding': 'snappy',
      'x-prometheus-remote-write-version': '0.1.0',
    },
    body: snappy(message),
  });
};
