import type { ToolDefinition } from './tool.ts';
import { versionsFrom } from './version-range.ts';

const VERSION = '2.40.3';

const SYSTEMS: Record<string, string> = { linux: 'linux', darwin: 'darwin' };
const PROCESSORS: Record<string, string> = { x64: 'x86_64', arm64: 'aarch64' };

/** Docker Compose v2: a program of its own, and a plugin of `docker` where it is named `docker-compose`. */
export const compose: ToolDefinition = {
  name: 'compose',
  purpose: 'the platform in containers',
  version: VERSION,
  executables: ['docker-compose'],
  // The numbers leap from 2 to 5 within one line of development.
  ...versionsFrom('2.20.0', '6.0.0'),
  versionArguments: ['version'],
  versionIn: (output) => /^Docker Compose version v?(\d+\.\d+\.\d+\S*)/m.exec(output)?.[1] ?? null,
  release: {
    path: `docker/compose/releases/download/v${VERSION}`,
    checksums: 'checksums.txt',
    archive: (platform, arch) => {
      const system = SYSTEMS[platform];
      const processor = PROCESSORS[arch];
      if (!system || !processor) return null;
      const file = `docker-compose-${system}-${processor}`;
      return { file, member: file };
    },
  },
  goBuild: {
    module: 'compose',
    package: 'github.com/docker/compose/v2/cmd',
    versionVariable: 'github.com/docker/compose/v2/internal.Version',
  },
  pypi: null,
};
