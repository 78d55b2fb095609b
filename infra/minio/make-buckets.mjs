// Waits for an S3 store and makes the buckets that it does not have yet. Plain Node, no package.
import { createHash, createHmac } from 'node:crypto';

const { S3_ENDPOINT, S3_ACCESS_KEY, S3_SECRET_KEY, S3_REGION = 'us-east-1', BUCKETS } = process.env;
/** Longest wait for the store, milliseconds, and the pause between two tries. */
const PATIENCE = 60_000;
const PAUSE = 250;

const sha256 = (text) => createHash('sha256').update(text).digest('hex');
const hmac = (key, text) => createHmac('sha256', key).update(text).digest();

/** Headers of `PUT /<bucket>` with an empty body: AWS Signature Version 4. */
const signed = (bucket) => {
  const now = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const day = now.slice(0, 8);
  const headers = { host: S3_ENDPOINT, 'x-amz-content-sha256': sha256(''), 'x-amz-date': now };
  const names = Object.keys(headers).join(';');
  const lines = Object.entries(headers).map(([name, value]) => `${name}:${value}\n`);
  const request = ['PUT', `/${bucket}`, '', lines.join(''), names, sha256('')].join('\n');
  const scope = `${day}/${S3_REGION}/s3/aws4_request`;
  const key = [day, S3_REGION, 's3', 'aws4_request'].reduce(hmac, `AWS4${S3_SECRET_KEY}`);
  const signature = hmac(key, ['AWS4-HMAC-SHA256', now, scope, sha256(request)].join('\n')).toString('hex');
  const authorization = `AWS4-HMAC-SHA256 Credential=${S3_ACCESS_KEY}/${scope}, SignedHeaders=${names}, Signature=${signature}`;
  const { host: _host, ...sent } = headers;
  return { ...sent, authorization };
};

/** Null where the bucket is there now, else what the store says. */
const make = async (bucket) => {
  try {
    const answer = await fetch(`http://${S3_ENDPOINT}/${bucket}`, { method: 'PUT', headers: signed(bucket) });
    const text = await answer.text();
    return answer.ok || /BucketAlready(OwnedByYou|Exists)/.test(text) ? null : `${answer.status} ${text}`;
  } catch (error) {
    return error.cause?.message ?? error.message;
  }
};

const deadline = Date.now() + PATIENCE;
for (const bucket of BUCKETS.split(',')) {
  let refusal = await make(bucket);
  while (refusal !== null && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
    refusal = await make(bucket);
  }
  if (refusal !== null) {
    console.error(`bucket ${bucket}: ${refusal}`);
    process.exit(1);
  }
  console.log(`bucket ${bucket}: there`);
}
