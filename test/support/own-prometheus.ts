import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pollUntil } from '../../cli/shared/retry.ts';
import { freePorts } from '../../cli/stack/local/ports.ts';
import { createBackendClient } from '../../cli/telemetry/grafana/http-client.ts';
import type { BackendAccess } from '../../cli/telemetry/grafana/options.ts';
import { installTool } from '../../cli/tools/tools.ts';
import type { MetricsTarget } from '../contract/metrics-target.ts';

export interface PrometheusOptions {
  flags?: string[];
  /** Speaks TLS with these, PEM. */
  tls?: { key: string; cert: string };
}

const CONFIG = `
global: { scrape_interval: 1s, scrape_timeout: 900ms, scrape_protocols: [OpenMetricsText1.0.0] }
scrape_configs:
  - job_name: service
    file_sd_configs: [{ files: [targets.json], refresh_interval: 1s }]
`;

/** One Prometheus on a free port, in a temporary folder, with flags of its own. */
export class OwnPrometheus {
  private constructor(
    readonly access: BackendAccess,
    private readonly folder: string,
    private readonly child: ChildProcess,
  ) {}

  static async start({ flags = [], tls }: PrometheusOptions = {}): Promise<OwnPrometheus> {
    const { path: command } = await installTool('prometheus');
    const folder = mkdtempSync(join(tmpdir(), 'obsctl-prometheus-'));
    const [port] = await freePorts(1);
    const file = (name: string, text: string): string => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    };
    mkdirSync(join(folder, 'data'));
    file('targets.json', '[]');
    const args = [
      `--config.file=${file('prometheus.yaml', CONFIG)}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--scrape.discovery-reload-interval=100ms',
      ...flags,
    ];
    if (tls) {
      const [key, cert] = [file('key.pem', tls.key), file('cert.pem', tls.cert)];
      const web = `tls_server_config: { cert_file: ${cert}, key_file: ${key} }\n`;
      args.push(`--web.config.file=${file('web.yaml', web)}`);
    }
    const child = spawn(command, args, { stdio: 'ignore' });
    const access = { url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}`, ...(tls ? { ca: tls.cert } : {}) };
    const own = new OwnPrometheus(access, folder, child);
    await own.ready();
    return own;
  }

  /** What is scraped from now on. */
  scrape({ service, instance, url }: MetricsTarget): void {
    const labels = { instance, service_name: service, service_instance_id: instance };
    writeFileSync(
      join(this.folder, 'targets.json'),
      JSON.stringify([{ targets: [new URL(url).host], labels }]),
    );
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGKILL');
    await ended;
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async ready(): Promise<void> {
    const client = createBackendClient('prometheus', this.access, { attempts: 1 });
    const isReady = () =>
      client.get('/-/ready', { text: true }).then(
        () => true,
        () => undefined,
      );
    if (await pollUntil(isReady, { timeout: 30 })) return;
    await this.stop();
    throw new Error('Prometheus did not get ready');
  }
}
