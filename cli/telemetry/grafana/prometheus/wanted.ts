/** What to fetch of a window. */
export interface Wanted {
  /** Of the series, besides `up` and the start times. */
  selectors: string[];
  /** Values of `job` of its series. */
  jobs: string[];
  /** About how many series match. */
  count: number;
}
