import { goPlatform } from './platforms.ts';
import type { ToolDefinition } from './tool.ts';
import { versionsFrom } from './version-range.ts';

const VERSION = '2.10.8';

/**
 * Grafana Tempo 2: traces. 3 refuses the blocks of infra/tempo and hides the newest 30 s from search; before 2.10.2
 * there are holes that were mended since. The Go proxy serves none of these: the build is of the main branch on its way
 * to 2.8, good enough on loopback.
 */
export const tempo: ToolDefinition = {
  name: 'tempo',
  purpose: 'traces',
  version: VERSION,
  ...versionsFrom('2.10.2', '3.0.0'),
  versionArguments: ['--version'],
  versionIn: (output) => /^tempo, version v?(\d+\.\d+\.\d+[^\s,]*)/m.exec(output)?.[1] ?? null,
  release: {
    path: `grafana/tempo/releases/download/v${VERSION}`,
    checksums: 'SHA256SUMS',
    archive: (platform, arch) => {
      const target = goPlatform(platform, arch);
      // Nothing is published for macOS since 2.8.
      if (target?.system !== 'linux') return null;
      return { file: `tempo_${VERSION}_linux_${target.processor}.tar.gz`, member: 'tempo' };
    },
  },
  goBuild: {
    module: 'tempo',
    package: 'github.com/grafana/tempo/cmd/tempo',
    versionVariable: 'main.Version',
    version: '2.8.0-20250529',
  },
  pypi: null,
};
