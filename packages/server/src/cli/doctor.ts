import { randomBytes } from 'node:crypto';
import net from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'kysely';
import { isLoopback, loadConfig } from '../config/load-config.js';
import { parseRedisUrl } from '../config/redis-url.js';
import { loadSecret } from '../config/secrets.js';
import { openDatabase } from '../core.js';
import type { Database } from '../db/database.js';
import { listPendingMigrations } from '../db/migrate.js';
import { withTimeout } from '../db/with-timeout.js';
import { openRedisLinks, type RedisLinks } from '../fanout/redis-links.js';
import type { Command, Environment } from './command.js';

/** `parley doctor`: runs every check, prints a line each, and fails when one does. */
export const doctor: Command = {
  summary: 'Checks settings, port, database and Redis, and says what to do.',
  flags: {},
  run: ({ env }) => checkAll(env),
};

async function checkAll(env: Environment): Promise<void> {
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
    ['redis', () => checkRedis(config)],
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

/** Publishes and hears it. */
async function checkRedis({ redisUrl, databaseUrl }: ReturnType<typeof loadConfig>): Promise<string> {
  if (redisUrl === undefined)
    return databaseUrl === undefined
      ? 'none; the embedded database has one node'
      : 'none; several nodes hear each other by polling, and signals and presence stay on their node';
  const place = parseRedisUrl(redisUrl);
  if (place === undefined) throw new Error('PARLEY_REDIS_URL is no address of Redis');
  const links = openRedisLinks(place, Math.random);
  const channel = '{parley:doctor}';
  const message = randomBytes(16);
  try {
    await withTimeout(
      redisPatienceMs,
      new Promise<void>((resolve) => {
        const on = {
          message: (heard: Buffer) => heard.equals(message) && resolve(),
          // The publisher may connect later than the subscriber.
          listening: () => void publishUntilTaken(links, channel, message),
        };
        links.subscribe([channel], on);
      }),
    );
  } catch {
    throw new Error(
      `does not answer at ${place.hosts.map(({ host, port }) => `${host}:${port}`).join(', ')}`,
    );
  } finally {
    links.close();
  }
  return `${place.kind}, heard itself`;
}

const redisPatienceMs = 5000;

async function publishUntilTaken(links: RedisLinks, channel: string, message: Buffer): Promise<void> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const isTaken = await links.publish(channel, message).then(
      () => true,
      () => false,
    );
    if (isTaken) return;
    await delay(100);
  }
}

function checkPort(host: string, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once('error', () => reject(new Error(`${port} is taken. Set PORT to another one.`)));
    server.listen(port, host, () => server.close(() => resolve(`${port} is free`)));
  });
}
