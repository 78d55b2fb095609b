import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ObsctlError } from '../shared/errors.ts';
import { applyConfig } from './apply-config.ts';
import { blameSource } from './blame.ts';
import { readConfig, variableOf } from './config.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'obsctl-config-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

const file = (text: string): string => {
  const path = join(folder, 'obsctl.yaml');
  writeFileSync(path, text);
  return path;
};

describe('obsctl.yaml', () => {
  test('no file, no settings; an empty one too', () => {
    expect(readConfig(join(folder, 'none.yaml'))).toEqual({});
    expect(readConfig(file(''))).toEqual({});
  });

  test('every violation at once, with its path', () => {
    expect(() => readConfig(file('replicas: many\nretryBudget: 3\ncolour: red\n'))).toThrow(
      expect.objectContaining({
        code: 'INVALID_CONFIG',
        details: expect.arrayContaining([
          expect.stringContaining('replicas:'),
          expect.stringContaining('retryBudget:'),
          expect.stringContaining('colour: no such setting'),
        ]),
      }),
    );
  });

  test('what is no YAML is refused, and so are aliases', () => {
    expect(() => readConfig(file('out: [unclosed'))).toThrow(
      expect.objectContaining({ code: 'INVALID_CONFIG' }),
    );
    expect(() => readConfig(file('out: &a x\nscenario: *a\n'))).toThrow();
  });
});

describe('which value counts', () => {
  const steadyOf = async (...args: string[]): Promise<string> => {
    let seen = '';
    const command = new Command('run').option('--steady <time>', 'how long', '20s');
    command.action(({ steady }) => {
      seen = steady;
    });
    applyConfig(command, join(folder, 'obsctl.yaml'));
    await command.parseAsync(args, { from: 'user' });
    return seen;
  };

  test('the names of the variables', () => expect(variableOf('warmUp')).toBe('OBSCTL_WARM_UP'));

  test('flags before environment before the file before the default', async () => {
    expect(await steadyOf()).toBe('20s');
    file('steady: 25s\n');
    expect(await steadyOf()).toBe('25s');
    vi.stubEnv('OBSCTL_STEADY', '30s');
    expect(await steadyOf()).toBe('30s');
    expect(await steadyOf('--steady', '40s')).toBe('40s');
  });

  test('a setting that the command does not know is left alone', async () => {
    file('replicas: 3\n');
    expect(await steadyOf()).toBe('20s');
  });
});

describe('what is wrong is blamed on where it came from', () => {
  const blamed = async (...args: string[]): Promise<string> => {
    const program = new Command('obsctl').exitOverride();
    const command = program
      .command('run')
      .option('--steady <time>', 'how long')
      .option('--vus <n>', 'users', (text) => {
        throw new ObsctlError('USAGE', `--vus "${text}" is not valid.`);
      });
    command.action(({ steady }) => {
      throw new ObsctlError('USAGE', 'It cannot be.', { details: [`--steady ${steady}: too short`] });
    });
    applyConfig(command, join(folder, 'obsctl.yaml'));
    const error = await program.parseAsync(['run', ...args], { from: 'user' }).catch((thrown) => thrown);
    const { message, details } = blameSource(error, program.commands);
    return [message, ...details].join(' ');
  };

  test('a flag, when it was typed', async () => {
    vi.stubEnv('OBSCTL_STEADY', '2');
    expect(await blamed('--steady', '1')).toBe('It cannot be. --steady 1: too short');
  });

  test('the variable, when the command refuses its value', async () => {
    vi.stubEnv('OBSCTL_STEADY', '2');
    expect(await blamed()).toBe('It cannot be. OBSCTL_STEADY 2: too short');
  });

  test('the variable, when its value cannot be read', async () => {
    vi.stubEnv('OBSCTL_VUS', 'many');
    expect(await blamed()).toBe('OBSCTL_VUS "many" is not valid.');
  });

  test('the file', async () => {
    file('steady: 3\n');
    expect(await blamed()).toBe('It cannot be. steady of obsctl.yaml 3: too short');
  });
});
