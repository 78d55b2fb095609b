import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import type { StackStatus } from '../../cli/stack/stack.ts';
import { User } from '../support/cli.ts';
import { needsContainers } from '../support/grafana/questions.ts';
import { GrafanaScene } from '../support/grafana/scene.ts';
import { grafanaSuite } from '../support/grafana/suite.ts';

/** Grafana is not there: what it would ask is asked of the real Prometheus, Loki and Tempo that it would ask. */

const user = new User();
let scene: GrafanaScene;

/** The local driver has only the services and the collector scraped; containers have the back ends scraped too. */
const scrapeBackends = ({ endpoints }: StackStatus): void => {
  const groups = Object.entries(endpoints!.backends!).map(([name, url]) => ({
    targets: [new URL(url).host],
    labels: { job: name, instance: name },
  }));
  const folder = join(user.state().temporary, 'telemetry/prometheus-config/targets');
  writeFileSync(join(folder, 'backends.json'), JSON.stringify(groups));
};

beforeAll(async () => {
  scrapeBackends(await user.json<StackStatus>(['up', '--telemetry', 'grafana']));
  scene = await GrafanaScene.afterRun(user, '--fault', 'downstream-timeout', '--duration', '20s');
});
afterAll(() => user.leave());

grafanaSuite(
  () => scene,
  (question) => !needsContainers(question),
);
