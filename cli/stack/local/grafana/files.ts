import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageRoot } from '../../../shared/package-root.ts';
import { prepareEdges } from '../collector-edge.ts';
import { BACKENDS, type BackendName } from '../telemetry-plan.ts';

/** Where the back ends find their configuration and keep their data, all inside the stack's temporary folder. */
export interface BackendFiles {
  data: Record<BackendName, string>;
  /** Configuration files; Prometheus' is a copy, because its targets lie beside it. */
  config: Record<BackendName, string>;
  targets: string;
  /** What is laid over the collector's configuration, as its arguments. */
  edges: string[];
}

const infra = (path: string): string => fileURLToPath(new URL(`infra/${path}`, packageRoot()));

/** Makes the folders. Restarted back ends find the same ones again. */
export const prepareFiles = (temporary: string): BackendFiles => {
  const folder = join(temporary, 'telemetry');
  const data = Object.fromEntries(BACKENDS.map((name) => [name, join(folder, name)]));
  for (const path of Object.values(data)) mkdirSync(path, { recursive: true, mode: 0o700 });
  const prometheus = join(folder, 'prometheus-config');
  cpSync(infra('prometheus'), prometheus, { recursive: true });
  const targets = join(prometheus, 'targets');
  mkdirSync(targets, { recursive: true });
  return {
    data: data as Record<BackendName, string>,
    config: {
      otelcol: infra('otel/collector.yaml'),
      prometheus: join(prometheus, 'prometheus.yaml'),
      loki: infra('loki/loki.yaml'),
      tempo: infra('tempo/tempo.yaml'),
    },
    targets,
    edges: prepareEdges(temporary),
  };
};
