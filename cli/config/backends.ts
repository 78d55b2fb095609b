import { readFileSync, statSync } from 'node:fs';
import { messageOf, ObsctlError } from '../shared/errors.ts';
import type { BackendAccess, GrafanaOptions } from '../telemetry/grafana/options.ts';
import { BACKENDS, type BackendConfig, type BackendName, prefixOf } from './backends-schema.ts';
import type { Config } from './config.ts';

export type { GrafanaOptions as TelemetryAccess } from '../telemetry/grafana/options.ts';

/** A secret or certificate that is longer than this is none, bytes. */
const MAX_BYTES = 64 * 1024;

type Environment = Record<string, string | undefined>;

/** What messages call the places where something stands, or should. */
export interface Places {
  /** Of a setting that is there. */
  setting(name: BackendName, key: string): string;
  /** Where an address is wanted. */
  address(name: BackendName): string;
}

const settingOf = (name: BackendName, key: string): string => `backends.${name}.${key} of obsctl.yaml`;

/** Of flags, environment and `obsctl.yaml`. */
export const PLACES: Places = { setting: settingOf, address: (name) => `--${name} <url>` };

/** Reads what one back end needs; what is wrong goes into `problems`, and never with a secret in it. */
class Reader {
  constructor(
    private readonly name: BackendName,
    private readonly config: BackendConfig,
    private readonly env: Environment,
    private readonly problems: string[],
    readonly places: Places,
  ) {}

  /** The setting of that name, the environment before the file; and what to call it in a message. */
  setting(key: keyof BackendConfig, variable: string): { value: string; from: string } | null {
    const inEnvironment = this.variable(variable);
    if (inEnvironment !== undefined) return { value: inEnvironment, from: prefixOf(this.name) + variable };
    const value = this.config[key];
    return typeof value === 'string' ? { value, from: this.places.setting(this.name, key) } : null;
  }

  variable(name: string): string | undefined {
    return this.env[prefixOf(this.name) + name] || undefined;
  }

  problem(text: string): undefined {
    this.problems.push(text);
    return undefined;
  }

  /** Text of a file that a setting names, without the line end; empty where there was a problem with it. */
  file(setting: { value: string; from: string } | null): string | undefined {
    if (!setting) return undefined;
    const problem = (text: string): string => {
      this.problem(text);
      return '';
    };
    const { value: path, from } = setting;
    try {
      if (statSync(path).size > MAX_BYTES)
        return problem(`${from}: ${path} is longer than ${MAX_BYTES} bytes`);
      const text = readFileSync(path, 'utf8').replace(/\r?\n$/, '');
      return text === '' ? problem(`${from}: ${path} is empty`) : text;
    } catch (error) {
      return problem(`${from}: ${messageOf(error)}`);
    }
  }
}

const printable = (text: string): boolean => /^[\x20-\x7e]+$/.test(text);

const HOST = /^(?:https?:\/\/(?:[\w.-]+|\[[\da-f:]+\])(?::\d+)?|[\w.-]+:\d+)(?=[/?#]|$)/i;

/** Scheme and host of an address that is not right, quoted; nothing where these could hold a secret. */
const shown = (text: string): string => {
  const host = text.includes('@') ? undefined : HOST.exec(text)?.[0];
  return host === undefined ? '' : ` ${JSON.stringify(host)}`;
};

/** What is wrong with an address. Wherever an `@` stands, what is before it may be a password that was cut in two. */
const urlProblem = (text: string, name: BackendName): string | null => {
  if (text.includes('@'))
    return `has an @, as one with credentials in it, where others can read them; put them into ${prefixOf(name)}USERNAME and ${prefixOf(name)}PASSWORD`;
  if (!URL.canParse(text)) return 'is no address; write it as http://host:9090';
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return 'must begin with http:// or https://';
  if (url.search || url.hash) return 'must not have a query or a fragment';
  return null;
};

const urlOf = (reader: Reader, name: BackendName, flag: string | undefined): string | undefined => {
  const setting = flag === undefined ? reader.setting('url', 'URL') : { value: flag, from: `--${name}` };
  if (!setting) {
    return reader.problem(
      `${reader.places.address(name)} is missing (or ${prefixOf(name)}URL, or ${settingOf(name, 'url')})`,
    );
  }
  const { value, from } = setting;
  const problem = urlProblem(value, name);
  return problem ? reader.problem(`${from}${shown(value)} ${problem}`) : value;
};

/** Empty where there was a problem with it, which has been told. */
const secretOf = (
  reader: Reader,
  variable: 'PASSWORD' | 'TOKEN',
  key: 'passwordFile' | 'tokenFile',
  mayBeSent: (text: string) => boolean,
): string | undefined => {
  const text = reader.variable(variable) ?? reader.file(reader.setting(key, `${variable}_FILE`));
  if (!text || mayBeSent(text)) return text;
  reader.problem(
    `the ${variable.toLowerCase()} has a line end or another character that ${variable === 'TOKEN' ? 'no header' : 'no password'} may hold`,
  );
  return '';
};

/** RFC 7617: base64 of UTF-8, so anything but control characters. */
const hasNoControls = (text: string): boolean => !/\p{Cc}/u.test(text);

const basicOf = (reader: Reader, name: BackendName): BackendAccess['basic'] => {
  const username = reader.setting('username', 'USERNAME')?.value;
  const password = secretOf(reader, 'PASSWORD', 'passwordFile', hasNoControls);
  if (username === undefined && password === undefined) return undefined;
  if (username === undefined || password === undefined) {
    return reader.problem(
      `${name} has a ${username === undefined ? 'password and no user name' : 'user name and no password'}; set ${prefixOf(name)}USERNAME and ${prefixOf(name)}PASSWORD`,
    );
  }
  return { username, password };
};

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** Name and value of `key=value`, the value percent-encoded; null when it is none. */
const headerIn = (pair: string): [string, string] | null => {
  const at = pair.indexOf('=');
  const name = pair.slice(0, Math.max(0, at)).trim();
  try {
    return TOKEN.test(name) ? [name, decodeURIComponent(pair.slice(at + 1).trim())] : null;
  } catch {
    return null;
  }
};

/** `key=value,key2=value2`, as OTEL_EXPORTER_OTLP_HEADERS has it. No part of what is wrong is shown: it may be a token. */
const headersIn = (reader: Reader, name: BackendName): Record<string, string> => {
  const pairs = (reader.variable('HEADERS') ?? '').split(',').filter((part) => part.trim() !== '');
  const headers = pairs.map(headerIn);
  if (headers.includes(null))
    reader.problem(
      `${prefixOf(name)}HEADERS: must be name=value, several with commas between, values percent-encoded`,
    );
  return Object.fromEntries(headers.filter((header) => header !== null));
};

const headersOf = (reader: Reader, name: BackendName, config: BackendConfig): BackendAccess['headers'] => {
  const headers = { ...config.headers, ...headersIn(reader, name) };
  for (const [header, value] of Object.entries(headers)) {
    if (!TOKEN.test(header)) reader.problem(`backends.${name}.headers has a name that no header may have`);
    else if (!printable(value))
      reader.problem(`${name}: one of its headers has a value that may not be sent`);
  }
  return Object.keys(headers).length > 0 ? headers : undefined;
};

const accessOf = (
  name: BackendName,
  flag: string | undefined,
  config: BackendConfig,
  env: Environment,
  problems: string[],
  places: Places,
): BackendAccess => {
  const reader = new Reader(name, config, env, problems, places);
  const url = urlOf(reader, name, flag) ?? '';
  const basic = basicOf(reader, name);
  const bearer = secretOf(reader, 'TOKEN', 'tokenFile', printable);
  if (basic && bearer !== undefined)
    reader.problem(`${name} has a token and a password: only one of them can be sent`);
  const tenant = reader.setting('tenant', 'TENANT')?.value;
  if (tenant !== undefined && !printable(tenant))
    reader.problem(`${name}: the tenant is none that may be sent`);
  const headers = headersOf(reader, name, config);
  const ca = reader.file(reader.setting('caFile', 'CA_FILE'));
  if (ca && !ca.includes('-----BEGIN CERTIFICATE-----'))
    reader.problem(`${name}: its caFile holds no certificate (PEM)`);
  return Object.fromEntries(
    Object.entries({ url, basic, bearer, tenant, headers, ca }).filter(([, value]) => value !== undefined),
  ) as unknown as BackendAccess;
};

/**
 * How the three back ends are reached: addresses from flags before environment (`OBSCTL_PROMETHEUS_URL`) before
 * obsctl.yaml, secrets from environment or files only, each back end's apart from the others'. Throws USAGE with every
 * problem at once, none of which shows a secret.
 */
export const telemetryAccess = (
  flags: Partial<Record<BackendName, string>>,
  { backends = {}, names }: Config,
  env: Environment = process.env,
  places = PLACES,
): GrafanaOptions => {
  const problems: string[] = [];
  const [prometheus, loki, tempo] = BACKENDS.map((name) =>
    accessOf(name, flags[name], backends[name] ?? {}, env, problems, places),
  ) as [BackendAccess, BackendAccess, BackendAccess];
  if (problems.length > 0)
    throw new ObsctlError('USAGE', 'The back ends cannot be asked like that.', { details: problems });
  return { prometheus, loki, tempo, ...(names ? { names } : {}) };
};
