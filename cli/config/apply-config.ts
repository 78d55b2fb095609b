import type { Command, Option } from 'commander';
import { CONFIG_FILE, CONFIG_KEYS, readConfig, variableOf } from './config.ts';

const settable = (option: Option): boolean => CONFIG_KEYS.some((key) => key === option.attributeName());

const given = (command: Command, key: string): boolean => {
  const source = command.getOptionValueSource(key);
  return source !== undefined && source !== 'default';
};

/** The source is noted first, so that a text that cannot be parsed is blamed on the variable. */
const setFromVariable = (command: Command, option: Option, text: string): void => {
  const key = option.attributeName();
  command.setOptionValueWithSource(key, text, 'env');
  command.setOptionValueWithSource(key, option.parseArg?.(text, undefined) ?? text, 'env');
};

/**
 * Flags before environment before `obsctl.yaml` before defaults, for every option of the command that can be set
 * there. The action throws INVALID_CONFIG when the file is not valid, and USAGE when a variable is not.
 */
export const applyConfig = (command: Command, file = CONFIG_FILE): void => {
  const options = command.options.filter(settable);
  // Shown in the help; commander reads it only for options that had it from the start.
  for (const option of options) option.env(variableOf(option.attributeName()));
  command.hook('preAction', (called) => {
    const config: Record<string, unknown> = options.length > 0 ? readConfig(file) : {};
    for (const option of options) {
      const key = option.attributeName();
      const text = process.env[variableOf(key)];
      if (given(called, key)) continue;
      if (text) setFromVariable(called, option, text);
      else if (config[key] !== undefined) called.setOptionValueWithSource(key, config[key], 'config');
    }
  });
};
