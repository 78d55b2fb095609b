import { goPlatform } from './platforms.ts';
import type { ToolDefinition } from './tool.ts';
import { versionsFrom } from './version-range.ts';

const VERSION = '3.13.5';

/** What `prometheus` and `promtool` share: one project, one archive, one Go module. */
export const prometheusBinary = (name: string, purpose: string): ToolDefinition => ({
  name,
  purpose,
  version: VERSION,
  // 3.0 brought the flag that turns the OTLP receiver on.
  ...versionsFrom('3.0.0', '4.0.0'),
  versionArguments: ['--version'],
  versionIn: (output) =>
    new RegExp(`^${name}, version (\\d+\\.\\d+\\.\\d+\\S*)`, 'm').exec(output)?.[1] ?? null,
  release: {
    path: `prometheus/prometheus/releases/download/v${VERSION}`,
    checksums: 'sha256sums.txt',
    archive: (platform, arch) => {
      const target = goPlatform(platform, arch);
      if (!target) return null;
      const folder = `prometheus-${VERSION}.${target.system}-${target.processor}`;
      return { file: `${folder}.tar.gz`, member: `${folder}/${name}` };
    },
  },
  goBuild: {
    module: 'prometheus',
    package: `github.com/prometheus/prometheus/cmd/${name}`,
    // Service discovery of clouds would double the build; targets come from files.
    tags: ['remove_all_sd'],
    versionVariable: 'github.com/prometheus/common/version.Version',
  },
  pypi: null,
});

/** Prometheus 3: metrics, with exemplars, OTLP and remote write. */
export const prometheus = prometheusBinary('prometheus', 'metrics and exemplars');
