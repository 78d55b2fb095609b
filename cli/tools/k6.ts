import { goPlatform } from './platforms.ts';
import type { ToolDefinition } from './tool.ts';
import { versionsFrom } from './version-range.ts';

const VERSION = '1.8.1';

/** Grafana k6, the load generator. It runs TypeScript without a build since 1.0; 2 has not been tried. */
export const k6: ToolDefinition = {
  name: 'k6',
  purpose: 'load generator',
  version: VERSION,
  ...versionsFrom('1.0.0', '2.0.0'),
  versionArguments: ['version'],
  versionIn: (output) => /^k6(?:\.exe)? v(\d+\.\d+\.\d+\S*)/m.exec(output)?.[1] ?? null,
  release: {
    path: `grafana/k6/releases/download/v${VERSION}`,
    checksums: `k6-v${VERSION}-checksums.txt`,
    archive: (platform, arch) => {
      const target = goPlatform(platform, arch);
      if (!target) return null;
      const [system, extension] = target.system === 'darwin' ? ['macos', 'zip'] : ['linux', 'tar.gz'];
      const folder = `k6-v${VERSION}-${system}-${target.processor}`;
      return { file: `${folder}.${extension}`, member: `${folder}/k6` };
    },
  },
  goBuild: { module: 'k6', package: 'go.k6.io/k6' },
  pypi: null,
};
