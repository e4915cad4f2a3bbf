import { loadConfig } from '../config/load-config.js';
import { openDatabase } from '../core.js';
import { migrate } from '../db/migrate.js';
import { beginHistory } from '../db/move/begin-history.js';
import { openPostgres } from '../db/postgres-database.js';
import type { Command } from './command.js';

export const dbRestored: Command = {
  summary: 'Makes a restored backup a history of its own, upon which every client loads anew.',
  details: `Run it once on every database that was restored from a backup or copied, before a server starts on it. Clients may have seen what is not in the
backup; without this they would wait for numbers that come again with something else behind them.`,
  flags: {},
  run: async ({ env }) => {
    const config = loadConfig(env);
    const log = { info: () => {}, error: (_fields: object, message: string) => console.error(message) };
    // Every head is touched, which may take longer than a server gives a statement.
    const unlimited = { statementTimeoutMs: 0, idleInTransactionTimeoutMs: 0, queryTimeoutMs: 0 };
    const database =
      config.databaseUrl === undefined
        ? await openDatabase(config, log)
        : await openPostgres({ url: config.databaseUrl, poolSize: 2, ...unlimited });
    try {
      await migrate(database);
      console.log(`The history has a new name: ${await beginHistory(database)}`);
    } finally {
      await database.close();
    }
  },
};
