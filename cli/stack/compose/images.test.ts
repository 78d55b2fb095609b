import type Docker from 'dockerode';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ObsctlError } from '../../shared/errors.ts';
import { composeConfigSchema } from './compose-config.ts';
import { FakeEngine } from './fake-engine.fixture.ts';
import { fetchImages, type MissingImage, missingImages } from './images.ts';

let engine: FakeEngine;
beforeEach(async () => {
  engine = await FakeEngine.start();
});
afterEach(() => engine.stop());

const config = composeConfigSchema.parse({
  services: {
    api: { image: 'service:1', build: { context: '.' } },
    worker: { image: 'service:1' },
    postgres: { image: 'postgres:17' },
    redis: { image: 'redis:8' },
  },
});

test('asks for each image once, and knows which one is built', async () => {
  engine.images = ['redis:8'];
  expect(await missingImages(engine.client(), config)).toEqual([
    { image: 'service:1', services: ['api', 'worker'], builder: 'api' },
    { image: 'postgres:17', services: ['postgres'], builder: null },
  ]);
});

test.each([{ statusCode: 400 }, { code: 'ERR_UNESCAPED_CHARACTERS' }])(
  'a name that is none (%j) counts as missing: pulling it says what is wrong',
  async (refusal) => {
    const inspect = () => Promise.reject(Object.assign(new Error('no name'), refusal));
    const strict = { getImage: () => ({ inspect }) } as unknown as Docker;
    const config = composeConfigSchema.parse({ services: { loki: { image: 'not a name' } } });
    expect(await missingImages(strict, config)).toEqual([
      { image: 'not a name', services: ['loki'], builder: null },
    ]);
  },
);

const missing: MissingImage[] = [
  { image: 'service:1', services: ['worker', 'api'], builder: 'api' },
  { image: 'postgres:17', services: ['postgres'], builder: null },
  { image: 'minio:1', services: ['minio-init'], builder: null },
];

test('builds or pulls each, and tells of each', async () => {
  const done: string[] = [];
  const source = {
    pull: async (service: string) => void done.push(`pull ${service}`),
    build: async (service: string) => void done.push(`build ${service}`),
  };
  const told: string[] = [];
  await fetchImages(missing, source, ({ image }) => told.push(image));
  expect(done.sort()).toEqual(['build api', 'pull minio-init', 'pull postgres']);
  expect(told).toHaveLength(3);
});

test('every image that cannot be had is named, with its users, the reason and the variable', async () => {
  const source = {
    pull: (service: string) => Promise.reject(new Error(`no ${service}\nin the registry`)),
    build: () => Promise.reject(new Error('npm ci failed')),
  };
  const error = (await fetchImages(missing, source, () => {}).catch((each) => each)) as ObsctlError;
  expect([error.code, error.message]).toEqual(['IMAGE_UNAVAILABLE', '3 images of the stack cannot be had.']);
  expect(error.details).toEqual([
    'service:1 (for worker, api) cannot be built: npm ci failed. Another one: SERVICE_IMAGE',
    'postgres:17 (for postgres) cannot be pulled: no postgres / in the registry. Another one: POSTGRES_IMAGE',
    'minio:1 (for minio-init) cannot be pulled: no minio-init / in the registry. Another one: SERVICE_IMAGE',
  ]);
});
