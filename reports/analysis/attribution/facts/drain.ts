/** A group of log lines that differ in their variable parts only. */
export interface Template {
  /** The words all lines share; `<*>` where they differ. */
  text: string;
  lines: number[];
}

interface Group {
  words: string[];
  lines: number[];
}

const WILDCARD = '<*>';
/** More than half of the words must be equal: of two words both, so that short lines of another sense stay apart. */
const SIMILARITY = 0.5;
const MAX_WORDS = 60;
const MAX_GROUPS_A_LEAF = 100;

const VARIABLE = /\d/;

const wordsOf = (line: string): string[] =>
  line
    .trim()
    .split(/\s+/)
    .slice(0, MAX_WORDS)
    .map((word) => (VARIABLE.test(word) ? WILDCARD : word));

/** Share of the words that are equal; two variable words are. */
const similarity = (a: string[], b: string[]): number =>
  a.filter((word, i) => word === b[i]).length / Math.max(1, a.length);

const merge = (into: Group, words: string[], line: number): void => {
  into.words = into.words.map((word, i) => (word === words[i] ? word : WILDCARD));
  into.lines.push(line);
};

/**
 * Log templates by Drain (He, Zhu, Zheng, Lyu: Drain, an online log parsing approach with fixed depth tree, ICWS 2017):
 * lines are told apart by their number of words, then by their first word, then by the share of equal words. Words with
 * a digit are variable from the start. Indices of `lines` are those of the input.
 */
export const drain = (texts: string[]): Template[] => {
  const leaves = new Map<string, Group[]>();
  for (const [line, text] of texts.entries()) {
    const words = wordsOf(text);
    const leaf = `${words.length} ${words[0] ?? ''}`;
    const groups = leaves.get(leaf) ?? [];
    leaves.set(leaf, groups);
    let best: Group | undefined;
    let likeness = 0;
    for (const group of groups) {
      const alike = similarity(group.words, words);
      if (alike > likeness || !best) [best, likeness] = [group, alike];
    }
    if (best && (likeness > SIMILARITY || groups.length >= MAX_GROUPS_A_LEAF)) merge(best, words, line);
    else groups.push({ words, lines: [line] });
  }
  return [...leaves.values()].flat().map(({ words, lines }) => ({ text: words.join(' '), lines }));
};
