import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ObsctlError } from '../shared/errors.ts';
import { telemetryAccess } from './backends.ts';
import { type Config, readConfig } from './config.ts';

const FLAGS = { prometheus: 'http://p:9090', loki: 'http://l:3100/loki', tempo: 'https://t' };

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'obsctl-backends-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

const problems = (flags: object, config: Config = {}, env: Record<string, string> = {}): string[] => {
  try {
    telemetryAccess(flags, config, env);
  } catch (error) {
    if (error instanceof ObsctlError && error.code === 'USAGE') return error.details;
    throw error;
  }
  return [];
};

describe('addresses', () => {
  test('come from flags before environment before the file', () => {
    const config = {
      backends: {
        prometheus: { url: 'http://file' },
        loki: { url: 'http://file' },
        tempo: { url: 'http://file' },
      },
    };
    const env = { OBSCTL_LOKI_URL: 'http://env', OBSCTL_TEMPO_URL: 'http://env' };
    const { prometheus, loki, tempo } = telemetryAccess({ tempo: 'http://flag' }, config, env);
    expect([prometheus.url, loki.url, tempo.url]).toEqual(['http://file', 'http://env', 'http://flag']);
  });

  test('every one that is missing or no address is named at once', () => {
    expect(problems({ prometheus: 'localhost:9090', tempo: 'http://t?x=1' })).toEqual([
      expect.stringMatching(/^--prometheus "localhost:9090" must begin with http/),
      expect.stringMatching(/^--loki <url> is missing .*OBSCTL_LOKI_URL.*backends\.loki\.url/),
      expect.stringMatching(/^--tempo .*query/),
    ]);
  });

  test.each([
    'http://me:hunter2@l:3100',
    'http://me:hunter2@',
    'http://me:hunter2/1@l:3100',
    'http://me:12/hunter2@l:3100',
    'http://me:hun#ter@l:3100',
    'me:hunter2@l:3100',
  ])('with credentials in them are refused, and nothing of them is shown: %s', (loki) => {
    const [problem] = problems({ ...FLAGS, loki });
    expect(problem).toMatch(/^--loki has an @.*OBSCTL_LOKI_USERNAME/);
    expect(problem).not.toMatch(/hun|12/);
  });

  test('a query is not shown, nor what is no address', () => {
    expect(problems({ ...FLAGS, loki: 'http://l:3100/x?token=hunter2' })).toEqual([
      '--loki "http://l:3100" must not have a query or a fragment',
    ]);
    expect(problems({ ...FLAGS, loki: 'hunter2' })).toEqual([expect.stringMatching(/^--loki is no address/)]);
  });
});

describe('secrets', () => {
  test('each back end has its own, from the environment or a file', () => {
    const config = {
      backends: {
        loki: { username: 'me', passwordFile: file('password', 'from file\n') },
        tempo: {
          tokenFile: file('token', 'old'),
          tenant: 'a',
          headers: { 'X-Plain': 'p' },
          caFile: file('ca', '-----BEGIN CERTIFICATE-----'),
        },
      },
    };
    const env = {
      OBSCTL_PROMETHEUS_TOKEN: 'abc',
      OBSCTL_TEMPO_TOKEN: 'new',
      OBSCTL_TEMPO_HEADERS: 'X-Key=a%2Cb,X-Plain=q',
    };
    const { prometheus, loki, tempo } = telemetryAccess(FLAGS, config, env);
    expect(prometheus).toEqual({ url: 'http://p:9090', bearer: 'abc' });
    expect(loki).toEqual({ url: FLAGS.loki, basic: { username: 'me', password: 'from file' } });
    expect(tempo).toEqual({
      ...{ url: FLAGS.tempo, bearer: 'new', tenant: 'a', ca: '-----BEGIN CERTIFICATE-----' },
      headers: { 'X-Key': 'a,b', 'X-Plain': 'q' },
    });
  });

  test('what is wrong with them is said without showing them', () => {
    const env = {
      OBSCTL_PROMETHEUS_PASSWORD: 'hunter2',
      OBSCTL_LOKI_TOKEN: 'hunter\n2',
      OBSCTL_TEMPO_TOKEN: 'hunter2',
      OBSCTL_TEMPO_USERNAME: 'me',
      OBSCTL_TEMPO_PASSWORD: 'hunter2',
      OBSCTL_TEMPO_HEADERS: 'hunter2',
    };
    const found = problems(FLAGS, { backends: { loki: { caFile: join(folder, 'none') } } }, env);
    expect(found).toEqual([
      expect.stringMatching(/^prometheus has a password and no user name/),
      expect.stringMatching(/^the token has a line end/),
      expect.stringMatching(/^backends\.loki\.caFile of obsctl\.yaml: ENOENT/),
      expect.stringMatching(/^tempo has a token and a password/),
      expect.stringMatching(/^OBSCTL_TEMPO_HEADERS: must be name=value/),
    ]);
    expect(found.join()).not.toContain('hunter');
  });
});

describe('a secret that is no plain one', () => {
  test('a header written as curl wants it is refused without showing it', () => {
    const env = { OBSCTL_PROMETHEUS_HEADERS: 'Authorization: Bearer eyJsecret==' };
    const found = problems(FLAGS, { backends: { loki: { headers: { 'X: secret': 'y' } } } }, env);
    expect(found).toEqual([
      expect.stringMatching(/^OBSCTL_PROMETHEUS_HEADERS: must be name=value/),
      'backends.loki.headers has a name that no header may have',
    ]);
    expect(found.join()).not.toContain('secret');
  });

  test('a password may hold any letter, which base64 carries', () => {
    const env = { OBSCTL_LOKI_USERNAME: 'me', OBSCTL_LOKI_PASSWORD: 'pässword' };
    expect(telemetryAccess(FLAGS, {}, env).loki.basic).toEqual({ username: 'me', password: 'pässword' });
  });

  test('one that may not be sent, or cannot be read, is one problem and not two', () => {
    const env = { OBSCTL_LOKI_USERNAME: 'me', OBSCTL_LOKI_PASSWORD: 'a\nb' };
    expect(problems(FLAGS, {}, env)).toEqual([expect.stringMatching(/^the password has a line end/)]);
    const config = { backends: { loki: { username: 'me', passwordFile: join(folder, 'none') } } };
    expect(problems(FLAGS, config)).toEqual([expect.stringContaining('ENOENT')]);
  });
});

describe('obsctl.yaml', () => {
  const read = (text: string) => readConfig(file('obsctl.yaml', text));

  test('maps names, one or several', () => {
    const config = read('names: {serverDuration: [a_seconds, b_seconds], route: path}\nservice: shop\n');
    expect(config).toEqual({
      service: 'shop',
      names: { serverDuration: ['a_seconds', 'b_seconds'], route: ['path'] },
    });
    expect(telemetryAccess(FLAGS, config, {}).names).toEqual(config.names);
  });

  test.each([
    ['names: {route: "a\\"} or up"}', /names\.route/],
    ['names: {colour: x}', /names\.colour: no such setting \(there are serverDuration/],
    ['backends: {mimir: {url: x}}', /backends\.mimir: no such setting \(there are prometheus, loki, tempo\)/],
    ['backends: {loki: {adress: x}}', /backends\.loki\.adress: no such setting \(there are url, /],
    ['backends: {loki: {token: hunter2}}', /backends\.loki\.token: a secret has no place.*OBSCTL_LOKI_TOKEN/],
  ])('refuses %s', (text, why) => {
    expect(() => read(text)).toThrow(
      expect.objectContaining({ code: 'INVALID_CONFIG', details: [expect.stringMatching(why)] }),
    );
  });
});
