import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Config } from '../config/config-schema.js';
import { isLoopback, loadConfig } from '../config/load-config.js';
import { loadSecret } from '../config/secrets.js';
import { removeMovedMarker } from '../db/move/moved-marker.js';
import { optionsFromConfig } from '../options.js';
import { createServer } from '../server.js';
import type { Command, Environment } from './command.js';
import { demoAccounts, makeDemo } from './demo.js';
import { redactUrl } from './redact-url.js';
import { refuseMoved } from './refuse-moved.js';

/** `parley serve`: starts the server, says where it is, stops cleanly on SIGINT and SIGTERM. */
export const serve: Command = {
  summary: 'Starts the server.',
  details: 'Ctrl-C and SIGTERM stop it: what is under way is finished, sockets are sent elsewhere.',
  flags: { '--again': { describe: 'Use a folder whose data was moved to PostgreSQL. Said once.' } },
  run: ({ env, flags }) => start(env, flags['--again'] !== undefined),
};

async function start(env: Environment, isAgain: boolean): Promise<void> {
  const config = loadConfig(env);
  if (config.databaseUrl === undefined) await checkMoved(config.dataDirectory, isAgain);
  const onLoopback = isLoopback(config.host);
  const isDemo = config.demo && onLoopback;
  const secret = await loadSecret(config);
  if (isNewDatabase(config))
    console.log(`Making a new database in ${path.resolve(config.dataDirectory)} (a few seconds, once)`);
  const app = await createServer({
    ...optionsFromConfig(config, secret, onLoopback),
    demoAccounts: isDemo ? demoAccounts : [],
    trustProxy: config.trustProxy,
    logLevel: config.logLevel,
    onMigrated: (names) => console.log(`Migrated the database: ${names.join(', ')}`),
  });
  // Listened to before the start is over: a stop asked for early is carried out as soon as there is something to stop.
  const stop = (): void => {
    void app.close().then(() => process.exit(0));
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop);
  await app.ready();
  if (isDemo) await makeDemo(app);
  await app.listen({ host: config.host, port: config.port });
  console.log(describe(config, app.listeningOrigin, isDemo));
}

async function checkMoved(dataDirectory: string, isAgain: boolean): Promise<void> {
  if (isAgain) await removeMovedMarker(dataDirectory);
  else await refuseMoved(dataDirectory);
}

function isNewDatabase({ databaseUrl, dataDirectory }: Config): boolean {
  const isOnDisk = databaseUrl === undefined && dataDirectory !== 'memory';
  return isOnDisk && !existsSync(path.join(dataDirectory, 'pgdata'));
}

function describeStore({ databaseUrl, dataDirectory }: Config): string {
  if (databaseUrl !== undefined) return `PostgreSQL at ${redactUrl(databaseUrl)}`;
  if (dataDirectory === 'memory') return 'in memory, gone when the server stops';
  return `embedded database in ${path.resolve(dataDirectory)} (survives kill -9, not a power cut; DATABASE_URL for PostgreSQL)`;
}

function describe(config: Config, origin: string, isDemo: boolean): string {
  const url = origin.replace('127.0.0.1', 'localhost');
  const store = describeStore(config);
  const lines = ['', `Parley is ready at ${url}/`, `  data       ${store}`, `  API        ${url}/docs`];
  if (isDemo) {
    lines.push('  sign in    with a demo account, in two browsers as two people:');
    for (const { username, password, displayName } of demoAccounts)
      lines.push(`             ${username.padEnd(8)} ${password.padEnd(20)} ${displayName}`);
  }
  if (config.demo && !isDemo) lines.push('  no demo accounts, because HOST is not loopback');
  lines.push('  stop       Ctrl-C', '');
  return lines.join('\n');
}
