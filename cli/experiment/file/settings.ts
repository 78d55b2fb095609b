import { parseYaml, type YamlPart } from '../../shared/yaml-file.ts';
import { type Problem, valueAt } from './violations.ts';

/** What `--set` says: paths of the file (`load.rate`, `faults.latency.parameters.ms`) with their values. */
export type FileSettings = Record<string, string | number>;

type Container = Record<string, unknown>;

const isContainer = (value: unknown): value is Container => typeof value === 'object' && value !== null;

/** `true`, `null`, `[a, b]` and `{ a: b }` as YAML has them; every other text is a text. */
const parsedOf = (text: string | number): unknown => {
  if (typeof text === 'number' || !/^(?:true|false|null|\[.*\]|\{.*\})$/.test(text)) return text;
  const { parts, violations } = parseYaml(text);
  return violations.length > 0 ? text : parts[0]?.value;
};

/** An entry of a list by its number, or by the name of the fault that it is. */
const keyWithin = (container: Container, key: string): string => {
  if (!Array.isArray(container) || /^\d+$/.test(key)) return key;
  const index = container.findIndex((entry) => isContainer(entry) && entry.fault === key);
  return index < 0 ? key : String(index);
};

interface Applied {
  /** The path as the file's schema has it. */
  path: string[];
  problem: string | null;
}

const apply = (root: Container, path: string[], value: unknown): Applied => {
  const taken: string[] = [];
  let inner = root;
  for (const [i, name] of path.entries()) {
    const key = keyWithin(inner, name);
    const there = [...taken, name].join('.');
    if (key === '__proto__' || key === '') return { path: taken, problem: `${there}: there is no such key` };
    if (Array.isArray(inner) && !(Number(key) < inner.length))
      return { path: taken, problem: `${there}: the list has no such entry` };
    taken.push(key);
    if (i === path.length - 1) inner[key] = value;
    else {
      if (!Object.hasOwn(inner, key)) inner[key] = {};
      const next = inner[key];
      if (!isContainer(next)) return { path: taken, problem: `${there}: there is nothing within it` };
      inner = next;
    }
  }
  return { path: taken, problem: null };
};

export interface WithSettings {
  value: unknown;
  /** The settings that name nothing. */
  problems: string[];
  /** The setting that a problem is to be blamed on; undefined where the file itself is. */
  blamed(problem: Problem): string | undefined;
  /** Names of the settings that set the value which the problem is about. */
  setters(problem: Problem): string[];
}

/** The document as it is once the settings are in it. The document itself stays as it was. */
export const withSettings = ({ value }: YamlPart, settings: FileSettings): WithSettings => {
  const root = structuredClone(value);
  const entries = Object.entries(settings);
  if (!isContainer(root)) return { value: root, problems: [], blamed: () => undefined, setters: () => [] };
  const applied = entries.map(([key, text]) => ({
    key,
    setting: `--set ${key}=${text}`,
    ...apply(root, key.split('.'), parsedOf(text)),
  }));
  const starts = (path: PropertyKey[], start: PropertyKey[]) =>
    start.length > 0 && start.every((key, i) => String(path[i]) === String(key));
  /** It lies within what was set, or is something that only the setting brought in. */
  const covers = (path: string[], problem: Problem) =>
    starts(problem.path, path) || (starts(path, problem.path) && valueAt(value, problem.path) === undefined);
  return {
    value: root,
    problems: applied.flatMap(({ setting, problem }) => (problem ? [`${setting}: ${problem}`] : [])),
    blamed: (problem) => applied.find(({ path, problem: own }) => !own && covers(path, problem))?.setting,
    setters: (problem) =>
      applied.flatMap(({ key, path }) =>
        path.length === problem.path.length && starts(problem.path, path) ? [key] : [],
      ),
  };
};

/** The settings that have to be texts, as texts: on the command line nobody can tell `title=2026` from a number. */
export const asTexts = (
  settings: FileSettings,
  { setters }: WithSettings,
  problems: Problem[],
): FileSettings => {
  const texts = problems
    .filter(({ message }) => /expected string, received number/.test(message))
    .flatMap(setters);
  return Object.fromEntries(
    Object.entries(settings).map(([key, value]) => [key, texts.includes(key) ? String(value) : value]),
  );
};
