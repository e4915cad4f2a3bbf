import { settings } from '../config/config-schema.js';
import { ConfigError } from '../config/load-config.js';
import { nearest } from './nearest.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/** A flag of one command. With `value` it takes one, and that is what the help calls it. */
export interface OwnFlag {
  readonly describe: string;
  readonly value?: string;
}

export interface Command {
  /** One sentence. */
  readonly summary: string;
  /** What else there is to know, as lines of the help. */
  readonly details?: string;
  /** By name, `--to`; settings are flags of every command. */
  readonly flags: Readonly<Record<string, OwnFlag>>;
  readonly run: (input: CommandInput) => Promise<void>;
}

export interface CommandInput {
  /** The environment with the settings among the flags laid over it. */
  readonly env: Environment;
  /** The command's own flags by name; one without a value is `true`. */
  readonly flags: Readonly<Record<string, string | undefined>>;
}

/** Sorts `--flag value` and `--flag=value` into settings and the command's own. Throws {@link ConfigError} for one that is neither, with the nearest that is. */
export function readFlags(
  command: Pick<Command, 'flags'>,
  env: Environment,
  given: readonly string[],
): CommandInput {
  const result: Record<string, string | undefined> = { ...env };
  const own: Record<string, string> = {};
  const rest = [...given];
  for (let flag = rest.shift(); flag !== undefined; flag = rest.shift()) {
    const [name = '', inline] = flag.split(/=(.*)/s);
    const known = command.flags[name];
    if (known !== undefined && known.value === undefined) {
      if (inline !== undefined) throw new ConfigError(`${name} takes no value.`);
      own[name] = 'true';
      continue;
    }
    const setting = settingOf(name);
    if (known === undefined && setting === undefined) throw unknownFlag(command, name);
    const value = inline ?? rest.shift();
    if (value === undefined) throw new ConfigError(`${name} needs a value.`);
    if (setting === undefined) own[name] = value;
    else result[setting.env] = value;
  }
  return { env: result, flags: own };
}

/** The flag that stands for a setting's variable: `PARLEY_DATA_DIR` is `--data-dir`. */
export function flagOf(variable: string): string {
  return `--${variable
    .replace(/^PARLEY_/, '')
    .toLowerCase()
    .replaceAll('_', '-')}`;
}

function settingOf(name: string) {
  return Object.values(settings).find(({ env }) => flagOf(env) === name);
}

function unknownFlag(command: Pick<Command, 'flags'>, name: string): ConfigError {
  const known = [...Object.keys(command.flags), ...Object.values(settings).map(({ env }) => flagOf(env))];
  const hint = nearest(name, known);
  const meant = hint === undefined ? '' : ` Did you mean ${hint}?`;
  return new ConfigError(
    `${name} is neither a setting nor a flag of this command.${meant} \`parley help\` lists them.`,
  );
}
