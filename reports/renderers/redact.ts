const REDACTED = '[redacted]';

/** What a secret looks like, and what stays of it. Broad on purpose: a lost value costs less than a leaked one. */
const RULES: [RegExp, string][] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, REDACTED],
  // authorization: Basic abc, "proxy-authorization":"Bearer abc"
  [/\b((?:proxy-)?authorization["']?\s*[:=]\s*["']?)(?:[a-z][\w-]*\s+)?[^\s"',;]+/gi, `$1${REDACTED}`],
  [/\b((?:set-)?cookie["']?\s*[:=]\s*["']?)[^"'\n]+/gi, `$1${REDACTED}`],
  [/\b(bearer)\s+[\w.~+/=-]{6,}/gi, `$1 ${REDACTED}`],
  // postgres://user:secret@host
  [/(\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@]*):[^\s/@]+@/gi, `$1:${REDACTED}@`],
  [
    /((?:pass(?:word|wd|phrase)?|pwd|secret|token|api[-_]?key|access[-_]?key|private[-_]?key|credentials?|signature)["']?\s*[:=]\s*)("[^"]*"|'[^']*'|[^\s"',;&)}\]]+)/gi,
    `$1${REDACTED}`,
  ],
  [/\beyJ[\w-]{5,}\.[\w-]{5,}\.[\w-]*/g, REDACTED],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, REDACTED],
  [/\b(?:gh[pousr]_|github_pat_|glpat-|xox[abprs]-|sk-|npm_)[\w-]{16,}/g, REDACTED],
];

/** The text without what looks like a credential: headers, bearer tokens, passwords in addresses, keys. */
export const redact = (text: string): string =>
  RULES.reduce((safe, [pattern, replacement]) => safe.replace(pattern, replacement), text);
