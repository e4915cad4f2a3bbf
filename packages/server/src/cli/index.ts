#!/usr/bin/env node
import { ConfigError } from '../config/load-config.js';
import { DataDirectoryError } from '../db/embedded/data-directory.js';
import { DirectoryInUseError, LockPathError } from '../db/embedded/directory-lock.js';
import { MigrationError } from '../db/migrate.js';
import { MoveError } from '../db/move/move-database.js';
import { type Command, readFlags } from './command.js';
import { dbMove } from './db-move.js';
import { dbRestored } from './db-restored.js';
import { doctor } from './doctor.js';
import { describeAll, describeCommand } from './help.js';
import { nearest } from './nearest.js';
import { runMigrations } from './run-migrations.js';
import { serve } from './serve.js';
import { token } from './token.js';

const commands: Readonly<Record<string, Command>> = {
  serve,
  migrate: runMigrations,
  doctor,
  'db move': dbMove,
  'db restored': dbRestored,
  token,
};

run(process.argv.slice(2)).catch((error: unknown) => {
  console.error(isExpected(error) ? error.message : error);
  process.exit(1);
});

async function run(words: readonly string[]): Promise<void> {
  const isHelp = (word: string): boolean => word === '--help' || word === '-h';
  const [first = 'help'] = words;
  const name = Object.keys(commands).find((known) => `${words.join(' ')} `.startsWith(`${known} `));
  const command = name === undefined ? undefined : commands[name];
  if (name !== undefined && command !== undefined) {
    const flags = words.slice(name.split(' ').length);
    if (flags.some(isHelp)) console.log(describeCommand(name, command));
    else await command.run(readFlags(command, process.env, flags));
  } else if (first === 'help' || isHelp(first)) console.log(describeAll(commands));
  else throw unknownCommand(words);
}

function unknownCommand(words: readonly string[]): ConfigError {
  const asked = words.filter((word) => !word.startsWith('-')).slice(0, 2);
  const hint =
    nearest(asked.join(' '), Object.keys(commands)) ?? nearest(asked[0] ?? '', Object.keys(commands));
  const meant = hint === undefined ? '' : ` Did you mean \`parley ${hint}\`?`;
  return new ConfigError(`${words[0]} is not a command.${meant} \`parley help\` lists them.`);
}

/** Errors whose message says all there is to say. */
function isExpected(error: unknown): error is Error {
  const expected = [
    ConfigError,
    DirectoryInUseError,
    LockPathError,
    DataDirectoryError,
    MigrationError,
    MoveError,
  ];
  if (expected.some((kind) => error instanceof kind)) return true;
  return (
    error instanceof Error &&
    'code' in error &&
    (error.code === 'EADDRINUSE' || error.code === 'ECONNREFUSED')
  );
}
