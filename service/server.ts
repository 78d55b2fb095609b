import { readConfig } from './config.ts';
import { instanceId } from './instance-id.ts';
import { endGracefully, tellParent } from './lifecycle.ts';
import { type RunningService, startService } from './service.ts';
import { stopTelemetry } from './telemetry/sdk.ts';

let service: RunningService | undefined;
endGracefully(async () => {
  await service?.close();
  await stopTelemetry();
});

try {
  process.env.SERVICE_INSTANCE_ID = await instanceId(process.env);
  service = await startService(readConfig(process.env));
  await tellParent({ type: 'ready', port: service.port, adminPort: service.adminPort });
} catch (error) {
  const message = (error as Error).message;
  process.stderr.write(`${message}\n`);
  await tellParent({ type: 'failed', message });
  await stopTelemetry();
  process.exit(1);
}
