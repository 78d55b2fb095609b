import type Docker from 'dockerode';
import { messageOf, ObsctlError } from '../../shared/errors.ts';
import { createEngine } from './engine.ts';
import { engineAddress } from './engine-address.ts';

/** API of Docker engine 20.10, the oldest that is tested (https://docs.docker.com/reference/api/engine/version-history). */
const OLDEST_API = '1.41';
const OLDEST_ENGINE = '20.10';
const ANSWER_TIMEOUT_MS = 3000;

const unusable = (message: string, cause?: unknown): ObsctlError =>
  new ObsctlError('ENGINE_UNAVAILABLE', message, { cause });

/** What is published on 127.0.0.1 of another machine cannot be reached from this one. */
const assertHere = (address: string): void => {
  if (/^(unix|npipe):/.test(address)) return;
  const { hostname } = new URL(address.includes('//') ? address : `tcp://${address}`);
  if (['localhost', '127.0.0.1', '[::1]'].includes(hostname)) return;
  throw unusable(`The Docker engine at ${address} is on another machine.`);
};

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
    throw unusable(`No Docker engine answers at ${address} (${messageOf(error)}).`, error);
  }
};

/** The engine's version. Throws ENGINE_UNAVAILABLE: it does not answer, is too old, or is not on this machine. */
export const probeEngine = async (address = engineAddress()): Promise<string> => {
  try {
    assertHere(address);
  } catch (error) {
    throw error instanceof ObsctlError ? error : unusable(`${JSON.stringify(address)} is no address.`, error);
  }
  const { Version: version, ApiVersion: api, Os: os } = await versionAt(address);
  if (os !== 'linux') throw unusable(`The Docker engine runs ${os} containers; Linux ones are needed.`);
  if (isOlder(api, OLDEST_API))
    throw unusable(`The Docker engine is ${version} (API ${api}); ${OLDEST_ENGINE} or newer is needed.`);
  return version;
};
