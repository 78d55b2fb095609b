const OPERATIONS = ['select', 'insert', 'update', 'delete', 'with', 'begin', 'commit', 'rollback'];

/** What a statement does, for a label: its first word in lower case; `other` where that is none of the few common ones. */
export const operationOf = (text: string): string => {
  const word = /^\s*(\w+)/.exec(text)?.[1]?.toLowerCase() ?? '';
  return OPERATIONS.includes(word) ? word : 'other';
};
