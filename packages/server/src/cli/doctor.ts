import net from 'node:net';
import { sql } from 'kysely';
import { isLoopback, loadConfig } from '../config/load-config.js';
import { loadSecret } from '../config/secrets.js';
import { openDatabase } from '../core.js';
import type { Database } from '../db/database.js';
import { listPendingMigrations } from '../db/migrate.js';
import type { Environment } from './flags.js';

/** `parley doctor`: runs every check, prints a line each, and fails when one does. */
export async function doctor(env: Environment): Promise<void> {
  const config = loadConfig(env);
  const checks: [string, () => Promise<string>][] = [
    ['node', async () => process.version],
    [
      'secret',
      async () => {
        await loadSecret(config);
        return config.secret === undefined ? 'minted in the data folder' : 'from PARLEY_SECRET';
      },
    ],
    [
      'address',
      async () =>
        `${config.host} ${isLoopback(config.host) ? '(this machine only)' : '(reachable from outside)'}`,
    ],
    ['port', () => checkPort(config.host, config.port)],
    ['database', () => withDatabase(config, checkDatabase)],
  ];
  let failed = 0;
  for (const [name, check] of checks) {
    try {
      console.log(`ok    ${name.padEnd(10)} ${await check()}`);
    } catch (error) {
      failed += 1;
      console.log(`FAIL  ${name.padEnd(10)} ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  if (failed > 0) process.exitCode = 1;
}

async function withDatabase<T>(
  config: ReturnType<typeof loadConfig>,
  use: (database: Database) => Promise<T>,
): Promise<T> {
  const database = await openDatabase(config, {
    info: () => {},
    error: (_fields, message) => console.error(message),
  });
  try {
    return await use(database);
  } finally {
    await database.close();
  }
}

async function checkDatabase(database: Database): Promise<string> {
  const { rows } = await sql<{ version: number; name: string }>`
    select current_setting('server_version_num')::int as version, current_setting('server_version') as name`.execute(
    database.kysely,
  );
  const { version = 0, name = '' } = rows[0] ?? {};
  if (version < 150_000) throw new Error(`PostgreSQL ${name} is too old; 15 or newer is needed`);
  const pending = await listPendingMigrations(database);
  return `${database.engine}, PostgreSQL ${name}, ${pending.length === 0 ? 'up to date' : `to be migrated: ${pending.join(', ')}`}`;
}

function checkPort(host: string, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once('error', () => reject(new Error(`${port} is taken. Set PORT to another one.`)));
    server.listen(port, host, () => server.close(() => resolve(`${port} is free`)));
  });
}
