/** At most so many answers of SCAN in one go, so that a Redis full of other people's keys is not busy with us alone. */
const SCANS = 20;
const KEYS_PER_SCAN = 1000;

/** What it takes of a Redis client. */
export interface ScannedRedis {
  scan(
    cursor: string,
    match: 'MATCH',
    pattern: string,
    count: 'COUNT',
    keys: number,
  ): Promise<[cursor: string, keys: string[]]>;
  unlink(keys: string[]): Promise<number>;
}

/**
 * Deletes a share (0..1, chosen at random) of the keys that match, and resolves with how many. In a large Redis it
 * comes to some of them only, and the next call goes on from there. Once `signal` is aborted nothing is deleted.
 */
export const createEvictions = (client: ScannedRedis, pattern: string) => {
  let cursor = '0';
  return async (share: number, signal?: AbortSignal): Promise<number> => {
    let evicted = 0;
    for (let scans = 0; scans < SCANS && !signal?.aborted; scans++) {
      const [next, keys] = await client.scan(cursor, 'MATCH', pattern, 'COUNT', KEYS_PER_SCAN);
      const chosen = signal?.aborted ? [] : keys.filter(() => Math.random() < share);
      if (chosen.length > 0) evicted += await client.unlink(chosen);
      cursor = next;
      if (cursor === '0') break;
    }
    return evicted;
  };
};
