import { readFileSync, statSync } from 'node:fs';
import {
  type Document,
  isMap,
  isNode,
  isScalar,
  LineCounter,
  type Node,
  parseAllDocuments,
  visit,
} from 'yaml';
import type { z } from 'zod';
import { messageOf } from './errors.ts';

/** A file that people write by hand is shorter, bytes. */
const MAX_BYTES = 256 * 1024;
/** Aliases resolved in a document: more of them is a bomb. */
const MAX_ALIASES = 100;

/**
 * Open brackets, and characters that each open a block at the start of a line (`- - - `): what is nested deeper than the
 * parser can descend ends the whole process, and nobody can catch that.
 */
const MAX_NESTING = 100;

/** So many errors of its YAML are told of a document: one that is missing may bring along thousands. */
const MOST_ERRORS = 20;

/** What is wrong with a file, and where: lines and columns from 1. */
export interface Violation {
  line: number;
  column: number;
  /** Path of the value, as in `spec.objectives.0.target`; empty for the whole file. */
  path: string;
  message: string;
}

/** One YAML document of a file. */
export interface YamlPart {
  value: unknown;
  /** Where a violation at that path stands: the value, its key, or the nearest that there is. */
  at(path: readonly PropertyKey[]): { line: number; column: number };
}

export interface YamlFile {
  parts: YamlPart[];
  violations: Violation[];
}

const whole = (message: string): YamlFile => ({
  parts: [],
  violations: [{ line: 1, column: 1, path: '', message }],
});

const startOf = (node: unknown): number | undefined => (isNode(node) ? node.range?.[0] : undefined);

/** Start of the key of a mapping's entry; of the value where the parent is a list. */
const keyStart = (document: Document.Parsed, path: readonly PropertyKey[]): number | undefined => {
  const parent = path.length > 1 ? document.getIn(path.slice(0, -1), true) : document.contents;
  const name = path.at(-1);
  if (!isMap(parent)) return undefined;
  const pair = parent.items.find(({ key }) => isScalar(key) && String(key.value) === String(name));
  return startOf(pair?.key);
};

const offsetOf = (document: Document.Parsed, path: readonly PropertyKey[]): number => {
  for (let length = path.length; length > 0; length--) {
    const part = path.slice(0, length);
    const found = keyStart(document, part) ?? startOf(document.getIn(part, true));
    if (found !== undefined) return found;
  }
  return startOf(document.contents) ?? 0;
};

const partOf = (document: Document.Parsed, lines: LineCounter): YamlPart => ({
  value: document.toJS({ maxAliasCount: MAX_ALIASES }),
  at: (path) => {
    const { line, col } = lines.linePos(offsetOf(document, path));
    return { line, column: col };
  },
});

/** Aliases of nothing, and of what they are part of: no value can be made of these. By the place where they stand. */
const aliasProblems = (document: Document.Parsed): [offset: number, message: string][] => {
  const anchored = new Map<string, Node>();
  const found: [number, string][] = [];
  visit(document, {
    Node: (_key, node) => {
      if ('anchor' in node && node.anchor) anchored.set(node.anchor, node);
    },
    Alias: (_key, alias, ancestors) => {
      const { source } = alias;
      const named = anchored.get(source);
      if (!named) found.push([startOf(alias) ?? 0, `there is no anchor &${source} before it`]);
      else if (ancestors.includes(named))
        found.push([startOf(alias) ?? 0, `*${source} is part of &${source}`]);
    },
  });
  return found;
};

/** What is wrong with the YAML of a document, in its order. */
const errorsOf = (document: Document.Parsed): [offset: number, message: string][] =>
  document.errors.length > 0
    ? document.errors.map(({ pos, message }) => [pos[0], message.split('\n')[0]!])
    : aliasProblems(document);

const TOO_DEEP = 'it is nested too deeply';

/** The line in which it gets too deep; undefined where it does not. Brackets within texts count too. */
const tooDeepAt = (text: string): number | undefined => {
  let open = 0;
  const line = text.split('\n').findIndex((each) => {
    const blocks = /^(?:[ \t]|[-?:](?=[ \t]))*/.exec(each)![0].length;
    for (const character of each) {
      if (character === '[' || character === '{') open++;
      if (character === ']' || character === '}') open = Math.max(0, open - 1);
      if (open > MAX_NESTING) return true;
    }
    return blocks > 2 * MAX_NESTING;
  });
  return line < 0 ? undefined : line + 1;
};

/** The documents of a YAML text; what is wrong with its YAML, every violation at once. */
export const parseYaml = (text: string): YamlFile => {
  if (Buffer.byteLength(text) > MAX_BYTES) return whole(`it is longer than ${MAX_BYTES / 1024} KiB`);
  const deep = tooDeepAt(text);
  if (deep) return { parts: [], violations: [{ line: deep, column: 1, path: '', message: TOO_DEEP }] };
  const lines = new LineCounter();
  try {
    // Else a strange key would be warned of past everybody, on standard error.
    const quiet = { prettyErrors: false, logLevel: 'error' } as const;
    const parsed = parseAllDocuments(text, { lineCounter: lines, ...quiet });
    const documents = 'empty' in parsed ? [] : parsed;
    const violations = documents.flatMap((document) =>
      errorsOf(document)
        .slice(0, MOST_ERRORS)
        .map(([offset, message]): Violation => {
          const { line, col } = lines.linePos(offset);
          return { line, column: col, path: '', message };
        }),
    );
    if (violations.length > 0) return { parts: [], violations };
    return { parts: documents.map((document) => partOf(document, lines)), violations: [] };
  } catch (error) {
    // The parser descends into what is nested, and resolves aliases only up to a limit.
    if (error instanceof RangeError) return whole(TOO_DEEP);
    return whole(messageOf(error));
  }
};

/** As parseYaml, of a file. Throws what the system says where it cannot be read. */
export const readYaml = (file: string): YamlFile => {
  const stat = statSync(file);
  // A device or a pipe may never end.
  if (!stat.isFile()) return whole('it is no file');
  if (stat.size > MAX_BYTES) return whole(`it is longer than ${MAX_BYTES / 1024} KiB`);
  return parseYaml(readFileSync(file, 'utf8'));
};

const pathsOf = (issue: z.core.$ZodIssue): { path: PropertyKey[]; message: string }[] =>
  issue.code === 'unrecognized_keys'
    ? issue.keys.map((key) => ({ path: [...issue.path, key], message: 'there is no such key' }))
    : [{ path: issue.path, message: issue.message }];

/** Zod's issues with their places in the file. */
export const violationsOf = (error: z.ZodError, part: YamlPart): Violation[] =>
  error.issues
    .flatMap(pathsOf)
    .map(({ path, message }) => ({ ...part.at(path), path: path.map(String).join('.'), message }));

/** `slo.yaml:12:7 spec.objectives.0.target: must be below 1`, in the order of the file. */
export const violationLines = (file: string, violations: Violation[]): string[] =>
  [...violations]
    .sort((a, b) => a.line - b.line || a.column - b.column)
    .map(
      ({ line, column, path, message }) => `${file}:${line}:${column} ${path ? `${path}: ` : ''}${message}`,
    );
