import type { CataloguedFault } from '../chaos/catalogued-fault.ts';

/** What `--set` and the target options say of one fault. */
export interface FaultSettings {
  parameters: Record<string, unknown>;
  target: Record<string, unknown>;
  replica?: unknown;
  /** Within the fault phase, as it was typed. */
  at?: unknown;
  duration?: unknown;
}

const TARGET_KEYS = ['rate', 'route', 'method', 'header', 'seed'];
const OWN_KEYS = ['replica', 'at', 'duration'] as const;

/** Keys of `--set` that every fault has; none of them may be a parameter of a fault. */
export const RESERVED_KEYS: readonly string[] = [...TARGET_KEYS, ...OWN_KEYS];

const camelCase = (key: string): string => key.replace(/-([a-z])/g, (_dash, letter) => letter.toUpperCase());

const put = (settings: FaultSettings, key: string, value: unknown): void => {
  const own = OWN_KEYS.find((each) => each === key);
  if (own) settings[own] = value;
  else if (TARGET_KEYS.includes(key)) settings.target[key] = value;
  else settings.parameters[camelCase(key)] = value;
};

/** Which fault a key of `--set` means; a sentence where it means none. */
const ownerOf = (key: string, names: string[]): { name: string; rest: string } | string => {
  const dot = key.indexOf('.');
  if (dot < 0) {
    return names.length === 1
      ? { name: names[0]!, rest: key }
      : `--set ${key}: say of which fault: ${names.map((name) => `${name}.${key}`).join(' or ')}`;
  }
  const name = key.slice(0, dot);
  return names.includes(name)
    ? { name, rest: key.slice(dot + 1) }
    : `--set ${key}: ${JSON.stringify(name)} is no fault of this run, which has ${names.join(', ')}`;
};

/** The settings of each fault by its name: `FAULT.KEY`, or `KEY` alone where there is one fault. */
export const splitSettings = (
  faults: Pick<CataloguedFault, 'name'>[],
  set: Record<string, unknown>,
  problems: string[],
): Map<string, FaultSettings> => {
  const names = faults.map(({ name }) => name);
  const settings = new Map(
    names.map((name): [string, FaultSettings] => [name, { parameters: {}, target: {} }]),
  );
  for (const [key, value] of Object.entries(set)) {
    const owner = ownerOf(key, names);
    if (typeof owner === 'string') problems.push(owner);
    else put(settings.get(owner.name)!, owner.rest, value);
  }
  return settings;
};
