import type Docker from 'dockerode';
import { messageOf, ObsctlError } from '../../shared/errors.ts';
import { createEngine } from './engine.ts';
import { engineAddress } from './engine-address.ts';

/** API of Docker engine 20.10, the oldest that is tested (https://docs.docker.com/reference/api/engine/version-history). */
const OLDEST_API = '1.41';
const OLDEST_ENGINE = '20.10';
const ANSWER_TIMEOUT_MS = 3000;

const unusable = (message: string, cause?: unknown, details: string[] = []): ObsctlError =>
  new ObsctlError('ENGINE_UNAVAILABLE', message, { cause, details });

const hostOf = (address: string): string => {
  const host = /^(?:tcp|https?|ssh):/.test(address) && URL.canParse(address) && new URL(address).hostname;
  if (host) return host;
  throw unusable(`${JSON.stringify(address)} is no address of a Docker engine.`, undefined, [
    'DOCKER_HOST, or the Docker context in use, is to be like unix:///var/run/docker.sock or tcp://127.0.0.1:2375',
  ]);
};

/** What is published on 127.0.0.1 of another machine cannot be reached from this one. */
const assertHere = (address: string): void => {
  if (/^(unix:\/\/|npipe:\/\/\/\/)./.test(address)) return;
  const isHere = ['localhost', '127.0.0.1', '[::1]'].includes(hostOf(address));
  if (!isHere) throw unusable(`The Docker engine at ${address} is on another machine.`);
  if (address.startsWith('ssh:'))
    throw unusable(`The Docker engine at ${address} is behind SSH, which obsctl does not speak.`);
};

/** What keeps this user from an engine that may well be there. */
const hintsFor = (error: unknown): string[] =>
  ['EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')
    ? ['this user may not open its socket: become a member of the group that owns it (usually `docker`)']
    : [];

const isOlder = (version: string, than: string): boolean => {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [thanMajor = 0, thanMinor = 0] = than.split('.').map(Number);
  return major < thanMajor || (major === thanMajor && minor < thanMinor);
};

const inTime = <T>(answer: Promise<T>): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('no answer')), ANSWER_TIMEOUT_MS);
  });
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
};

const versionAt = async (address: string): Promise<Docker.DockerVersion> => {
  try {
    return await inTime(createEngine(address).version());
  } catch (error) {
    throw unusable(`No Docker engine answers at ${address} (${messageOf(error)}).`, error, hintsFor(error));
  }
};

/** The engine's version. Throws ENGINE_UNAVAILABLE: it does not answer, is too old, or is not on this machine. */
export const probeEngine = async (address = engineAddress()): Promise<string> => {
  assertHere(address);
  const { Version: version, ApiVersion: api, Os: os } = await versionAt(address);
  if (os !== 'linux') throw unusable(`The Docker engine runs ${os} containers; Linux ones are needed.`);
  if (isOlder(api, OLDEST_API))
    throw unusable(`The Docker engine is ${version} (API ${api}); ${OLDEST_ENGINE} or newer is needed.`);
  return version;
};
