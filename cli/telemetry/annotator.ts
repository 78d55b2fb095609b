/** A span of time to be marked on every graph, Unix seconds. */
export interface Annotation {
  from: number;
  to: number;
  text: string;
  tags: string[];
}

/** Where what happened is marked for people. Nothing that is written there is ever read back. */
export interface Annotator {
  /** Writes all of them, or throws an error that says why one could not be written. */
  annotate(annotations: Annotation[]): Promise<void>;
}
