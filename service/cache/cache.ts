/** Where values are kept for a while. Both operations may reject; a cache that is down is not an error of the shop. */
export interface Cache {
  readonly backend: 'redis' | 'in-process';
  get(key: string): Promise<string | null>;
  set(key: string, value: string, ttlSeconds: number): Promise<void>;
  close(): Promise<void>;
}
