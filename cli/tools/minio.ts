import type { ToolDefinition } from './tool.ts';

/** The day of the commit: MinIO counts its versions by time, and publishes no binaries any more. */
const VERSION = '2026-02-12T20-18-48Z';

/** MinIO: the object store of Loki and Tempo. Built from source, which is all that its makers still publish. */
export const minio: ToolDefinition = {
  name: 'minio',
  purpose: 'object store',
  version: VERSION,
  accepts: (version) => version >= VERSION,
  accepted: `${VERSION} or newer`,
  versionArguments: ['--version'],
  versionIn: (output) => /^minio version (?:RELEASE\.)?(\d{4}-\d\d-\d\dT\S+)/m.exec(output)?.[1] ?? null,
  release: null,
  goBuild: {
    module: 'minio',
    package: 'github.com/minio/minio',
    versionVariable: 'github.com/minio/minio/cmd.ReleaseTag',
  },
  pypi: null,
};
