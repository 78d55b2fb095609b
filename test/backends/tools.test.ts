import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toolNamed } from '../../cli/tools/catalogue.ts';
import { versionAt } from '../../cli/tools/probe.ts';
import { TELEMETRY_TOOLS } from '../../cli/tools/telemetry-tools.ts';
import { findTool, type ToolState } from '../../cli/tools/tools.ts';
import { User } from '../support/cli.ts';

/** The suite's setup has installed them: what is there, and what obsctl says of it. */
describe.each([...TELEMETRY_TOOLS, 'k6', 'promtool', 'toxiproxy'])('%s', (name) => {
  it('runs, and is of the version that was noted', async () => {
    const { found } = await findTool(name);
    expect(await versionAt(toolNamed(name), found!.path)).toBe(found!.version);
    expect(found!.size).toBeGreaterThan(2 ** 20);
  });
});

describe('obsctl', () => {
  let user: User;
  beforeEach(() => {
    user = new User();
  });
  afterEach(() => user.leave());

  it('lists them with version, origin and size', async () => {
    const states = await user.json<ToolState[]>(['tools', 'list']);
    for (const name of TELEMETRY_TOOLS)
      expect(states.find((state) => state.name === name)).toMatchObject({
        found: {
          version: expect.stringMatching(/^\d/),
          origin: expect.any(String),
          size: expect.any(Number),
        },
      });
  });

  it('installs what is there already in no time, without the network', async () => {
    const { code, stdout } = await user.run(['tools', 'install', ...TELEMETRY_TOOLS], {
      OBSCTL_RELEASES_URL: 'http://127.0.0.1:9',
    });
    expect(code).toBe(0);
    expect(stdout).toContain('4 of 4 are here');
  });

  it('says in doctor that this machine can run the real back ends', async () => {
    const { stdout } = await user.run(['doctor', '--json']);
    const { checks } = JSON.parse(stdout);
    const telemetry = checks.find(({ name }: { name: string }) => name === 'telemetry');
    expect(telemetry).toMatchObject({ state: 'ok', found: expect.stringMatching(/^grafana .*tempo/) });
  });
});
