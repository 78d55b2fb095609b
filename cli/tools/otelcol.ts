import { goPlatform } from './platforms.ts';
import type { ToolDefinition } from './tool.ts';
import { versionsFrom } from './version-range.ts';

const VERSION = '0.162.0';

/**
 * The OpenTelemetry Collector: the contrib distribution, or a build of our own with the same components and no others
 * (infra/tools/otelcol). The core distribution, `otelcol` on a PATH, lacks span metrics.
 */
export const otelcol: ToolDefinition = {
  name: 'otelcol',
  purpose: 'OpenTelemetry collector',
  version: VERSION,
  executables: ['otelcol-contrib'],
  // otlp_grpc and otlp_http are names of exporters since 0.144, span_metrics one of a connector by 0.154.
  ...versionsFrom('0.154.0', '1.0.0'),
  versionArguments: ['--version'],
  versionIn: (output) => /^otelcol(?:-contrib)? version v?(\d+\.\d+\.\d+\S*)/m.exec(output)?.[1] ?? null,
  release: {
    path: `open-telemetry/opentelemetry-collector-releases/releases/download/v${VERSION}`,
    checksums: 'opentelemetry-collector-releases_otelcol-contrib_checksums.txt',
    archive: (platform, arch) => {
      const target = goPlatform(platform, arch);
      if (!target) return null;
      const file = `otelcol-contrib_${VERSION}_${target.system}_${target.processor}.tar.gz`;
      return { file, member: 'otelcol-contrib' };
    },
  },
  goBuild: { module: 'otelcol', package: '.' },
  pypi: null,
};
