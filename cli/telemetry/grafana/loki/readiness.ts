import { nowSeconds } from '../../../shared/clock.ts';
import type { BackendClient } from '../http.ts';
import type { Names } from '../options.ts';
import type { PartState } from '../parts.ts';
import { labelNames } from './labels.ts';

/** Labels are looked for in so many seconds before now. */
const LOOK_BACK_SECONDS = 3600;

const versionOf = async (client: BackendClient): Promise<string> => {
  const accept = [401, 403, 404, 405];
  const { status, body } = await client.get('/loki/api/v1/status/buildinfo', { accept });
  const version = (body as { version?: unknown } | null)?.version;
  return status === 200 && typeof version === 'string' && version !== '' ? `Loki ${version}` : 'Loki';
};

const degradedBy = (labels: string[], { lokiService }: Names): string[] => {
  if (labels.length === 0 || lokiService.some((name) => labels.includes(name))) return [];
  return [
    `Loki has no label ${lokiService.join(' or ')}: log lines are not found; name the label of the service (it has ${labels.slice(0, 8).join(', ')}).`,
  ];
};

/** Throws BackendError when Loki cannot be asked, or is something else. */
export const lokiReadiness = async (client: BackendClient, names: Names): Promise<PartState> => {
  const now = nowSeconds();
  const labels = await labelNames(client, { from: now - LOOK_BACK_SECONDS, to: now });
  return {
    detail: `${await versionOf(client)} at ${client.access.url}`,
    degraded: degradedBy(labels, names),
  };
};
