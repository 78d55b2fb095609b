import type { ToolDefinition } from './tool.ts';

const VERSION = '1.8.1';
const ARCHITECTURES: Record<string, string> = { x64: 'amd64', arm64: 'arm64' };
const PLATFORMS: Record<string, { name: string; extension: string }> = {
  linux: { name: 'linux', extension: 'tar.gz' },
  darwin: { name: 'macos', extension: 'zip' },
};

/** Grafana k6, the load generator. It runs TypeScript without a build since 1.0; 2 has not been tried. */
export const k6: ToolDefinition = {
  name: 'k6',
  purpose: 'load generator',
  version: VERSION,
  accepts: (version) => version.startsWith('1.'),
  accepted: '1.x',
  versionArguments: ['version'],
  versionIn: (output) => /^k6(?:\.exe)? v(\d+\.\d+\.\d+\S*)/m.exec(output)?.[1] ?? null,
  release: {
    path: `grafana/k6/releases/download/v${VERSION}`,
    checksums: `k6-v${VERSION}-checksums.txt`,
    archive: (platform, arch) => {
      const system = PLATFORMS[platform];
      const cpu = ARCHITECTURES[arch];
      if (!system || !cpu) return null;
      const folder = `k6-v${VERSION}-${system.name}-${cpu}`;
      return { file: `${folder}.${system.extension}`, member: `${folder}/k6` };
    },
  },
  goBuild: { package: `go.k6.io/k6@v${VERSION}` },
};
