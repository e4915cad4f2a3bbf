#!/usr/bin/env node
import { settings } from '../config/config-schema.js';
import { ConfigError } from '../config/load-config.js';
import { DataDirectoryError } from '../db/embedded/data-directory.js';
import { DirectoryInUseError, LockPathError } from '../db/embedded/directory-lock.js';
import { MigrationError } from '../db/migrate.js';
import { doctor } from './doctor.js';
import { environmentWithFlags } from './flags.js';
import { runMigrations } from './run-migrations.js';
import { serve } from './serve.js';

const commands = { serve, migrate: runMigrations, doctor };

const [name = 'help', ...flags] = process.argv.slice(2);
const command = Object.entries(commands).find(([known]) => known === name)?.[1];

if (command === undefined) printHelp(name);
else
  command(environmentWithFlags(process.env, flags)).catch((error: unknown) => {
    console.error(isExpected(error) ? error.message : error);
    process.exit(1);
  });

/** Errors whose message says all there is to say. */
function isExpected(error: unknown): error is Error {
  const expected = [ConfigError, DirectoryInUseError, LockPathError, DataDirectoryError, MigrationError];
  if (expected.some((kind) => error instanceof kind)) return true;
  return (
    error instanceof Error &&
    'code' in error &&
    (error.code === 'EADDRINUSE' || error.code === 'ECONNREFUSED')
  );
}

function printHelp(asked: string): void {
  const rows = Object.values(settings).map(({ env, describe }) => `  ${env.padEnd(24)} ${describe}`);
  console.log(`parley <command> [--setting value]

  serve      Starts the server.
  migrate    Brings the database to this version and ends.
  doctor     Checks settings, database and port, and says what to do.

Settings come from the environment, or as flags: PARLEY_DATA_DIR is --data-dir, PORT is --port.

${rows.join('\n')}`);
  if (!['help', '--help', '-h'].includes(asked)) {
    console.error(`\n${asked} is not a command.`);
    process.exitCode = 1;
  }
}
