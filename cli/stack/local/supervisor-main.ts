import { runHost, tellStarter } from '../run-host.ts';
import type { UpOptions } from '../stack.ts';
import { registerControlRoutes } from './control-routes.ts';
import { stackPaths } from './state-file.ts';
import { Supervisor, type SupervisorParts } from './supervisor.ts';
import { BACKEND_PORTS, type Binary, type TelemetryPlan } from './telemetry-plan.ts';

/** Composition root of the background process that owns one local stack. */
const paths = stackPaths();
const options = JSON.parse(process.argv[2]!) as UpOptions;
const plan = JSON.parse(process.argv[3]!) as TelemetryPlan;
const toxiproxy = JSON.parse(process.argv[4]!) as Binary | null;

/** Only the telemetry that was chosen is loaded. */
const telemetryOf = (chosen: TelemetryPlan): SupervisorParts['telemetry'] =>
  chosen.kind === 'embedded'
    ? {
        kind: 'embedded',
        // One that was chosen with all others: else it might be one that a child is about to listen on.
        ports: 1,
        start: async (place) =>
          (await import('./embedded-stack-telemetry.ts')).startEmbeddedStackTelemetry(place),
      }
    : {
        kind: 'grafana',
        ports: BACKEND_PORTS.length,
        start: async (place) =>
          (await import('./grafana/grafana-stack-telemetry.ts')).planGrafanaTelemetry(place, chosen.binaries),
      };

const supervisor = new Supervisor(options, {
  paths,
  onChange: (status) => void tellStarter({ type: 'status', status }),
  telemetry: telemetryOf(plan),
  toxiproxy,
});

await runHost(
  {
    claim: () => supervisor.claim(),
    up: async () => {
      await supervisor.up();
      return {};
    },
    down: () => supervisor.down(),
    status: () => supervisor.status(),
    guardSocket: () => supervisor.guardSocket(),
    routes: (app) => {
      registerControlRoutes(app, supervisor);
      supervisor.registerTelemetry(app);
    },
  },
  paths.socket,
  options,
);
