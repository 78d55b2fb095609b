import { goPlatform } from './platforms.ts';
import type { ToolDefinition } from './tool.ts';
import { versionsFrom } from './version-range.ts';

const VERSION = '1.74.0';

/** What Redis says of itself (INFO) as metrics. */
export const redisExporter: ToolDefinition = {
  name: 'redis-exporter',
  purpose: 'metrics of Redis',
  version: VERSION,
  executables: ['redis_exporter'],
  ...versionsFrom('1.60.0', '2.0.0'),
  versionArguments: ['--version'],
  versionIn: (output) => /Redis Metrics Exporter v?(\d+\.\d+\.\d+\S*)/.exec(output)?.[1] ?? null,
  release: {
    path: `oliver006/redis_exporter/releases/download/v${VERSION}`,
    checksums: 'sha256sums.txt',
    archive: (platform, arch) => {
      const target = goPlatform(platform, arch);
      if (!target) return null;
      const folder = `redis_exporter-v${VERSION}.${target.system}-${target.processor}`;
      return { file: `${folder}.tar.gz`, member: `${folder}/redis_exporter` };
    },
  },
  goBuild: {
    module: 'redis-exporter',
    package: 'github.com/oliver006/redis_exporter',
    versionVariable: 'main.BuildVersion',
  },
  pypi: null,
};
