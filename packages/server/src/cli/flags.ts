import { settings } from '../config/config-schema.js';
import { ConfigError } from '../config/load-config.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The environment with `--setting value` and `--setting=value` laid over it. Throws {@link ConfigError} for a flag that is no setting. */
export function environmentWithFlags(env: Environment, flags: readonly string[]): Environment {
  const result: Record<string, string | undefined> = { ...env };
  const rest = [...flags];
  for (let flag = rest.shift(); flag !== undefined; flag = rest.shift()) {
    const [name = '', inline] = flag.split(/=(.*)/s);
    const setting = Object.values(settings).find(({ env: variable }) => flagOf(variable) === name);
    if (setting === undefined)
      throw new ConfigError(`${name} is not a setting. Run \`parley help\` for the list.`);
    const value = inline ?? rest.shift();
    if (value === undefined) throw new ConfigError(`${name} needs a value.`);
    result[setting.env] = value;
  }
  return result;
}

function flagOf(variable: string): string {
  return `--${variable
    .replace(/^PARLEY_/, '')
    .toLowerCase()
    .replaceAll('_', '-')}`;
}
