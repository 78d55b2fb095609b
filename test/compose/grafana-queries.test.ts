import { join } from 'node:path';
import axios from 'axios';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { annotationsOf } from '../../cli/experiment/annotations.ts';
import { readEnvironment } from '../../cli/stack/compose/environment.ts';
import { needsContainers } from '../support/grafana/questions.ts';
import { GrafanaScene } from '../support/grafana/scene.ts';
import { grafanaSuite } from '../support/grafana/suite.ts';
import { ComposeUser } from './support/compose-user.ts';

/** What only containers have (Traefik, the exporters, MinIO), asked as Grafana asks it; and the annotations of a run. */

let user: ComposeUser;
let scene: GrafanaScene;

beforeAll(async () => {
  user = await ComposeUser.come();
  const { code, stderr } = await user.run(['up', '--profile', 'full']);
  expect(code, stderr).toBe(0);
  scene = await GrafanaScene.afterRun(user, '--fault', 'downstream-timeout', '--duration', '20s');
});
afterAll(() => user.leave());

grafanaSuite(() => scene, needsContainers);

test('the run, its phases and its fault are marked in Grafana', async () => {
  const { GRAFANA_PASSWORD: password } = readEnvironment(join(user.home, 'state/obsctl/stack/compose/env'));
  const { data } = await axios.get(`${scene.record.grafana}/api/annotations`, {
    params: { tags: scene.record.runId, limit: 100 },
    auth: { username: 'admin', password: password! },
    proxy: false,
  });
  const marked = data.map(({ time, timeEnd, text }: { time: number; timeEnd: number; text: string }) => ({
    ...{ time, timeEnd, text },
  }));
  const expected = annotationsOf(scene.record).map(({ from, to, text }) => ({
    ...{ time: Math.round(from * 1000), timeEnd: Math.round(to * 1000), text },
  }));
  expect(marked).toHaveLength(expected.length);
  expect(marked).toEqual(expect.arrayContaining(expected));
});
