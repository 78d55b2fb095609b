import { goPlatform } from './platforms.ts';
import type { ToolDefinition } from './tool.ts';
import { versionsFrom } from './version-range.ts';

const VERSION = '0.17.1';

/** PostgreSQL's statistics as metrics. */
export const postgresExporter: ToolDefinition = {
  name: 'postgres-exporter',
  purpose: 'metrics of PostgreSQL',
  version: VERSION,
  executables: ['postgres_exporter'],
  ...versionsFrom('0.15.0', '1.0.0'),
  versionArguments: ['--version'],
  versionIn: (output) => /^postgres_exporter, version v?(\d+\.\d+\.\d+\S*)/m.exec(output)?.[1] ?? null,
  release: {
    path: `prometheus-community/postgres_exporter/releases/download/v${VERSION}`,
    checksums: 'sha256sums.txt',
    archive: (platform, arch) => {
      const target = goPlatform(platform, arch);
      if (!target) return null;
      const folder = `postgres_exporter-${VERSION}.${target.system}-${target.processor}`;
      return { file: `${folder}.tar.gz`, member: `${folder}/postgres_exporter` };
    },
  },
  goBuild: {
    module: 'postgres-exporter',
    package: 'github.com/prometheus-community/postgres_exporter/cmd/postgres_exporter',
    versionVariable: 'github.com/prometheus/common/version.Version',
  },
  pypi: null,
};
