/** Where values are kept for a while. Operations may reject; a cache that is down is not an error of the shop. */
export interface Cache {
  readonly backend: 'redis' | 'in-process';
  get(key: string): Promise<string | null>;
  set(key: string, value: string, ttlSeconds: number): Promise<void>;
  /**
   * Deletes that share (0..1, chosen at random) of what this application keeps, a part of it at a time where that is
   * much, and none any more once `signal` is aborted; resolves with how many keys.
   */
  evict(share: number, signal?: AbortSignal): Promise<number>;
  close(): Promise<void>;
}
