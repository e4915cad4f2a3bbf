import { loadConfig } from '../config/load-config.js';
import { openDatabase } from '../core.js';
import { listPendingMigrations, migrate } from '../db/migrate.js';
import type { Command, Environment } from './command.js';

/** `parley migrate`: brings the database to this version. */
export const runMigrations: Command = {
  summary: 'Brings the database to this version and ends. A server does the same when it starts.',
  flags: {},
  run: ({ env }) => bringUpToDate(env),
};

async function bringUpToDate(env: Environment): Promise<void> {
  const database = await openDatabase(loadConfig(env), {
    info: () => {},
    error: (_fields, message) => console.error(message),
  });
  try {
    const pending = await listPendingMigrations(database);
    for (const name of pending) console.log(`applying ${name}`);
    await migrate(database);
    console.log(pending.length === 0 ? 'The database is up to date.' : `Applied ${pending.length}.`);
  } finally {
    await database.close();
  }
}
