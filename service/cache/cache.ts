/** Where values are kept for a while. Operations may reject; a cache that is down is not an error of the shop. */
export interface Cache {
  readonly backend: 'redis' | 'in-process';
  get(key: string): Promise<string | null>;
  set(key: string, value: string, ttlSeconds: number): Promise<void>;
  /** Deletes that share (0..1, chosen at random) of what this application keeps; resolves with how many keys. */
  evict(share: number): Promise<number>;
  close(): Promise<void>;
}
