import { goPlatform } from './platforms.ts';
import type { ToolDefinition } from './tool.ts';
import { versionsFrom } from './version-range.ts';

const VERSION = '3.7.8';

/** Grafana Loki 3: logs. OTLP and structured metadata are part of it since 3.0. */
export const loki: ToolDefinition = {
  name: 'loki',
  purpose: 'logs',
  version: VERSION,
  ...versionsFrom('3.0.0', '4.0.0'),
  versionArguments: ['--version'],
  versionIn: (output) => /^loki, version (\d+\.\d+\.\d+\S*)/m.exec(output)?.[1] ?? null,
  release: {
    path: `grafana/loki/releases/download/v${VERSION}`,
    checksums: 'SHA256SUMS',
    archive: (platform, arch) => {
      const target = goPlatform(platform, arch);
      if (!target) return null;
      const member = `loki-${target.system}-${target.processor}`;
      return { file: `${member}.zip`, member };
    },
  },
  goBuild: {
    module: 'loki',
    package: 'github.com/grafana/loki/v3/cmd/loki',
    versionVariable: 'github.com/grafana/loki/v3/pkg/util/build.Version',
  },
  pypi: null,
};
