import axios from 'axios';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { annotationsOf } from '../../cli/experiment/annotations.ts';
import { needsContainers } from '../support/grafana/questions.ts';
import { GrafanaScene } from '../support/grafana/scene.ts';
import { grafanaSuite } from '../support/grafana/suite.ts';
import { ComposeUser } from './support/compose-user.ts';

/** What only containers have (Traefik, the exporters, MinIO), asked as Grafana asks it; and the annotations of a run. */

const PASSWORD = 'a-password-of-the-tests';

let user: ComposeUser;
let scene: GrafanaScene;

beforeAll(async () => {
  user = await ComposeUser.come();
  const { code, stderr } = await user.run(['up', '--profile', 'full'], { GRAFANA_PASSWORD: PASSWORD });
  expect(code, stderr).toBe(0);
  scene = await GrafanaScene.afterRun(user, '--fault', 'downstream-timeout', '--duration', '20s');
});
afterAll(() => user.leave());

grafanaSuite(() => scene, needsContainers);

test('the run, its phases and its fault are marked in Grafana', async () => {
  const { data } = await axios.get(`${scene.record.grafana}/api/annotations`, {
    params: { tags: scene.record.runId, limit: 100 },
    auth: { username: 'admin', password: PASSWORD },
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
