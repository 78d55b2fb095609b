/** Each more makes it take as many times longer to find that a route does not match as the route has characters. */
const MAX_WILDCARDS = 4;

const escaped = (text: string): string => text.replace(/[.+?^${}()|[\]\\]/g, '\\$&');

/** `*` stands for anything within one path segment, `**` (or a longer run) for anything at all. */
export const globPattern = (glob: string): RegExp =>
  new RegExp(
    `^${glob
      .split(/\*{2,}/)
      .map((part) => part.split('*').map(escaped).join('[^/]*'))
      .join('.*')}$`,
  );

export const isQuickGlob = (glob: string): boolean => (glob.match(/\*+/g) ?? []).length <= MAX_WILDCARDS;
export const NOT_QUICK = `has more than ${MAX_WILDCARDS} wildcards, which takes too long to match`;
