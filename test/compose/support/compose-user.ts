import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { User } from '../../support/cli.ts';
import { removeProject } from './docker.ts';

/** A port of 127.0.0.1 that nothing listened on a moment ago. */
export const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
};

/** A user of their own whose platform is containers, on ports that nobody else uses. One at a time: the project has one name. */
export class ComposeUser extends User {
  static readonly project = 'obsctl';

  private constructor(private readonly ports: Record<string, string>) {
    super();
  }

  static async come(): Promise<ComposeUser> {
    const [gateway, dashboard] = await Promise.all([freePort(), freePort()]);
    return new ComposeUser({ GATEWAY_PORT: `${gateway}`, TRAEFIK_PORT: `${dashboard}` });
  }

  override environment(extra: Record<string, string> = {}): NodeJS.ProcessEnv {
    return super.environment({ OBSCTL_ON: 'compose', OBSCTL_TELEMETRY: 'grafana', ...this.ports, ...extra });
  }

  override async leave(): Promise<void> {
    await this.run(['down', '--volumes']);
    await removeProject(ComposeUser.project);
    rmSync(this.home, { recursive: true, force: true });
  }
}
