/** A binary that obsctl can find or get. One file a tool; `catalogue.ts` lists them. */
export interface ToolDefinition {
  name: string;
  /** What it is for, a few words. */
  purpose: string;
  /** The version that is downloaded or built, without `v`. */
  version: string;
  /** Whether a version found on the PATH will do, and those that will, in words. */
  accepts(version: string): boolean;
  accepted: string;
  /** Arguments that make it print its version, and the version in what it printed (null: none). */
  versionArguments: string[];
  versionIn(output: string): string | null;
  release: Release | null;
  goBuild: GoBuild | null;
}

/** A published archive, under `https://github.com/` or the mirror that OBSCTL_RELEASES_URL names. */
export interface Release {
  /** Path of the release's files. */
  path: string;
  /** File of the SHA-256 sums, as `sha256sum` writes it. */
  checksums: string;
  /** The archive for a platform (`process.platform`, `process.arch`) and the binary in it; null when none is published. */
  archive(platform: string, arch: string): { file: string; member: string } | null;
}

export interface GoBuild {
  /** Module with version, as `go install` takes it. */
  package: string;
}

export interface FoundTool {
  name: string;
  /** Absolute path. */
  path: string;
  version: string;
  /** Which way it was got: `PATH`, `cache`, `release` or `go build`. */
  way: string;
}

/** Why a way did not lead to the tool. */
export interface Refusal {
  way: string;
  reason: string;
}

export interface ToolProgress {
  tool: string;
  way: string;
  /** Seconds since the way was begun. */
  elapsed: number;
  /** What it is doing now. */
  text: string;
}

export interface WayContext {
  /** The tool's folder in the cache. */
  cache: string;
  env: NodeJS.ProcessEnv;
  platform: string;
  arch: string;
  tell(text: string): void;
  signal?: AbortSignal;
}

/** One way to a tool. `find` throws an error whose message is the reason when the way does not lead there. */
export interface Way {
  name: string;
  find(tool: ToolDefinition, context: WayContext): Promise<FoundTool>;
}
