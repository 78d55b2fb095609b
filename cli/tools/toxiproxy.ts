import { goPlatform } from './platforms.ts';
import type { ToolDefinition } from './tool.ts';
import { versionsFrom } from './version-range.ts';

const VERSION = '2.5.0';

/** Shopify Toxiproxy, the server: network faults between the platform's parts. */
export const toxiproxy: ToolDefinition = {
  name: 'toxiproxy',
  purpose: 'network faults',
  version: VERSION,
  executables: ['toxiproxy-server', 'toxiproxy'],
  ...versionsFrom('2.5.0', '3.0.0'),
  versionArguments: ['--version'],
  versionIn: (output) => /^toxiproxy-server version (\d+\.\d+\.\d+\S*)/m.exec(output)?.[1] ?? null,
  release: {
    path: `Shopify/toxiproxy/releases/download/v${VERSION}`,
    checksums: 'checksums.txt',
    archive: (platform, arch) => {
      const target = goPlatform(platform, arch);
      if (!target) return null;
      const file = `toxiproxy-server-${target.system}-${target.processor}`;
      return { file, member: file };
    },
  },
  goBuild: {
    module: 'toxiproxy',
    package: 'github.com/Shopify/toxiproxy/v2/cmd/server',
    versionVariable: 'github.com/Shopify/toxiproxy/v2.Version',
  },
  pypi: null,
};
