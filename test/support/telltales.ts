import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { faultNames } from '../../cli/chaos/catalogue.ts';

const ROOT = new URL('../..', import.meta.url).pathname;

/** Words that no application says of itself; `default`, `release` and `please` are none of them. */
const WORDS = /obsctl|chaos|(?<!de)fault|inject|victim|simulat|experiment|(?<!re|[pP])lease|toxic/i;

/** Names of faults, or spellings of them, that are ordinary words of a service's own telemetry. */
const ORDINARY = new Set([
  'latency',
  'error',
  'connection reset',
  // Any service's warning of a long statement.
  'slow query',
  // A queue of the lab's own, whether anything is broken or not.
  'heavy-task',
]);

/** `slow-query`, `slow_query`, `slow query`, `slowQuery`, `SlowQuery`: as it may turn up in names and texts. */
const spellings = (name: string): string[] =>
  ['-', '_', ' ', ''].map((between) => name.replaceAll('-', between)).filter((text) => !ORDINARY.has(text));

const sourcesIn = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map((file) => join(folder, file));

const isOurs = (file: string): boolean =>
  /^service\/(faults|chaos)\//.test(file) || /plugins\/(chaos|route-handler|handler-frame)\.ts$/.test(file);

const functionsIn = (file: string): string[] =>
  [
    ...readFileSync(join(ROOT, file), 'utf8').matchAll(
      /(?:const|function|async|class) #?(\w+)(?: = |[(<{ ])/g,
    ),
  ].map(([, name]) => name!);

/** Names of functions that the fault code alone has: in a stack frame they betray it, wherever the file lies. */
const ownFunctions = (): Set<string> => {
  const sources = sourcesIn('service');
  const others = new Set(sources.filter((file) => !isOurs(file)).flatMap(functionsIn));
  return new Set(
    sources
      .filter(isOurs)
      .flatMap(functionsIn)
      .filter((name) => !others.has(name)),
  );
};

const OWN_FILES = new Set(
  sourcesIn('service')
    .filter(isOurs)
    .map((file) => basename(file, '.ts')),
);
const OWN_FUNCTIONS = ownFunctions();
const NAMES = new RegExp(`(?<![a-z])(?:${faultNames().flatMap(spellings).join('|')})(?![a-z])`, 'i');

/** `at async Object.name (/a/file.ts:1:2)`: the name without its class, and the place. */
const FRAME = /^ +at (?:async )?(?:new )?(?:(?:[\w$<>]+\.)*([\w$<>]+) (?:\[as \w+\] )?\()?(.*?):\d+:\d+\)?$/;

const betrayingFrame = (line: string): string | undefined => {
  const [, name, place] = FRAME.exec(line) ?? [];
  if (place === undefined || place.startsWith('node:') || place.includes('/node_modules/')) return undefined;
  if (/\/(faults|chaos)\//.test(place)) return 'a frame of the fault code';
  if (/\/dist\//.test(place) && name && OWN_FUNCTIONS.has(name)) return 'a function of the fault code';
  const file = basename(place).replace(/\.\w+$/, '');
  return OWN_FILES.has(file) && name && OWN_FUNCTIONS.has(name) ? 'a function of the fault code' : undefined;
};

/** Why a text tells that something was injected; undefined when it does not. Paths of the checkout are left aside. */
export const telltaleIn = (text: string): string | undefined => {
  const told = text.replaceAll(ROOT, '/').replaceAll(ROOT.slice(0, -1), '');
  const word = WORDS.exec(told)?.[0];
  if (word) return `the word "${word}"`;
  const name = NAMES.exec(told)?.[0];
  if (name) return `the fault's name "${name}"`;
  return told.split('\n').map(betrayingFrame).find(Boolean);
};

export interface Telltale {
  path: string;
  why: string;
  text: string;
}

/** Every telltale in a value, however deep, in keys as in texts, with the path at which it stands. */
export const telltalesIn = (value: unknown, path = ''): Telltale[] => {
  const here = (text: string): Telltale[] => {
    const why = telltaleIn(text);
    return why ? [{ path, why, text: text.slice(0, 300) }] : [];
  };
  if (typeof value === 'string') return here(value);
  if (value instanceof Map) return telltalesIn([...value], path);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [
    ...(Array.isArray(value) ? [] : here(key)),
    ...telltalesIn(inner, `${path}.${key}`),
  ]);
};
