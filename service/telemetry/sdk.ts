import type { NodeSDK } from '@opentelemetry/sdk-node';

/** Build-time version; absent when the sources run unbuilt. */
declare const __OBSCTL_VERSION__: string | undefined;
export const SERVICE_VERSION = typeof __OBSCTL_VERSION__ === 'string' ? __OBSCTL_VERSION__ : '0.0.0';

/** The preload and the server are two bundles of one process: the SDK passes from one to the other here. */
const KEY = Symbol.for('shop.telemetry.sdk');
const shared = globalThis as { [KEY]?: NodeSDK };

export const keepSdk = (sdk: NodeSDK): void => {
  shared[KEY] = sdk;
};

/** Sends what is still queued and ends telemetry; does nothing where none was started. */
export const stopTelemetry = async (): Promise<void> => {
  await shared[KEY]?.shutdown().catch(() => undefined);
};
