import { settings } from '../config/config-schema.js';
import { type Command, flagOf } from './command.js';

/** What `parley help` prints. */
export function describeAll(commands: Readonly<Record<string, Command>>): string {
  const rows = Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(12)} ${summary}`);
  return `parley <command> [--flag value]

${rows.join('\n')}

\`parley <command> --help\` tells more of one. ${aboutSettings}

${describeSettings()}`;
}

/** What `parley <command> --help` prints. */
export function describeCommand(name: string, { summary, details, flags }: Command): string {
  const rows = Object.entries(flags).map(([flag, { value, describe }]) => {
    const left = value === undefined ? flag : `${flag} <${value}>`;
    return `  ${left.padEnd(24)} ${describe}`;
  });
  const parts = [
    `parley ${name} [--flag value]`,
    details === undefined ? summary : `${summary}\n${details}`,
    ...(rows.length === 0 ? [] : [rows.join('\n')]),
    aboutSettings,
    describeSettings(),
  ];
  return parts.join('\n\n');
}

const aboutSettings =
  'Settings come from the environment, or as flags: PARLEY_DATA_DIR is --data-dir, PORT is --port.';

function describeSettings(): string {
  const width = Math.max(...Object.values(settings).map(({ env }) => env.length));
  return Object.values(settings)
    .map(({ env, describe }) => `  ${env.padEnd(width)}  ${flagOf(env)}\n      ${describe}`)
    .join('\n');
}
