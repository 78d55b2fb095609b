import { randomBytes } from 'node:crypto';
import { execa } from 'execa';
import { freePort } from './compose-user.ts';

/** The variables without which docker-compose.yml does not work, each with a secret of its own. */
export const SECRETS = Object.fromEntries(
  ['POSTGRES_PASSWORD', 'ADMIN_TOKEN', 'GRAFANA_PASSWORD', 'MINIO_ROOT_USER', 'MINIO_ROOT_PASSWORD'].map(
    (name) => [name, randomBytes(16).toString('hex')],
  ),
);

/** `docker compose` on docker-compose.yml as somebody without obsctl calls it: their settings come from `environment`. */
export class ComposeFile {
  constructor(readonly environment: Record<string, string> = SECRETS) {}

  /** The profile with all back ends, on ports that nobody else uses. */
  static async full(): Promise<ComposeFile> {
    const [gateway, dashboard] = await Promise.all([freePort(), freePort()]);
    const ports = { GATEWAY_PORT: `${gateway}`, TRAEFIK_PORT: `${dashboard}` };
    return new ComposeFile({ ...SECRETS, ...ports, COMPOSE_PROFILES: 'full', STORAGE: 's3' });
  }

  /** What it prints. Throws what it complains of. */
  async run(...words: string[]): Promise<string> {
    const { PATH, HOME, DOCKER_HOST, DOCKER_CONFIG } = process.env;
    const env = { PATH, HOME, DOCKER_HOST, DOCKER_CONFIG, ...this.environment };
    const args = ['compose', '--env-file', '/dev/null', '--file', 'docker-compose.yml', ...words];
    return (await execa('docker', args, { env, extendEnv: false, stdin: 'ignore' })).stdout;
  }

  /** The file with every variable filled in, all profiles included. */
  // biome-ignore lint/suspicious/noExplicitAny: as Docker Compose prints it.
  async config(): Promise<any> {
    return JSON.parse(await this.run('--profile', '*', 'config', '--format', 'json'));
  }

  /** Address on this machine of a port of a service's container. */
  async address(service: string, port: number, index = 1): Promise<string> {
    return `http://${await this.run('port', '--index', String(index), service, String(port))}`;
  }
}
