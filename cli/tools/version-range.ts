/** The numbers at the head of a version: `2.8.0-rc.1` gives 2, 8, 0. */
const numbersOf = (version: string): number[] => version.split(/[-+]/)[0]!.split('.').map(Number);

/** Below zero where `a` is the older one. What follows the numbers (a pre-release) is not looked at. */
const compare = (a: string, b: string): number => {
  const [left, right] = [numbersOf(a), numbersOf(b)];
  const at = left.findIndex((number, i) => number !== (right[i] ?? 0));
  return at === -1 ? 0 : left[at]! - (right[at] ?? 0);
};

/** The versions from `first` on that are older than `end`: the test, and the range in words. */
export const versionsFrom = (
  first: string,
  end: string,
): { accepts(version: string): boolean; accepted: string } => ({
  accepts: (version) => compare(version, first) >= 0 && compare(version, end) < 0,
  accepted: `${first} or newer below ${end}`,
});
