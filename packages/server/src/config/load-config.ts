import { type Config, type Setting, settings } from './config-schema.js';

/** A setting that does not fit. The message names the variable, what is wrong with it and what it is for. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** Reads the settings from the environment. Throws {@link ConfigError} for the first that does not fit. */
export function loadConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const known = new Set<string>(Object.values(settings).map((setting) => setting.env));
  for (const name of Object.keys(env))
    if (name.startsWith('PARLEY_') && !name.startsWith('PARLEY_TEST_') && !known.has(name))
      throw new ConfigError(`${name} is not a setting. Settings: ${[...known].join(', ')}.`);
  const entries = Object.entries(settings).map(([name, setting]) => [name, read(setting, env[setting.env])]);
  // Every entry was parsed by the schema that gives its type.
  return Object.fromEntries(entries) as Config;
}

/** True when only this machine can reach the address. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

function read(setting: Setting, value: string | undefined): unknown {
  const result = setting.schema.safeParse(value === '' ? undefined : value);
  if (result.success) return result.data;
  throw new ConfigError(
    `${setting.env}: ${result.error.issues[0]?.message ?? 'does not fit'}. ${setting.describe}`,
  );
}
