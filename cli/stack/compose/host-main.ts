import { createGrafanaTelemetrySource } from '../../telemetry/grafana/grafana-telemetry-source.ts';
import { stackPaths } from '../local/state-file.ts';
import { runHost, tellStarter } from '../run-host.ts';
import type { UpOptions } from '../stack.ts';
import type { ComposeCommand } from './compose-command.ts';
import { ComposeHost } from './compose-host.ts';
import { createEngine } from './engine.ts';

/** Composition root of the background process that owns one stack of containers. */
const paths = stackPaths();
const options = JSON.parse(process.argv[2]!) as UpOptions;
const command = JSON.parse(process.argv[3]!) as ComposeCommand;

const host = new ComposeHost(options, {
  paths,
  command,
  engine: createEngine(),
  sourceOver: ({ prometheus, loki, tempo }) =>
    createGrafanaTelemetrySource({
      prometheus: { url: prometheus },
      loki: { url: loki },
      tempo: { url: tempo },
    }),
  onChange: (status) => void tellStarter({ type: 'status', status }),
});

await runHost(
  {
    claim: () => host.claim(),
    up: () => host.up(),
    down: () => host.down(),
    status: () => host.lookAndTell(),
    guardSocket: () => host.guardSocket(),
  },
  paths.socket,
  options,
);
