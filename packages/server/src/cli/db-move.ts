import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Config } from '../config/config-schema.js';
import { ConfigError, loadConfig } from '../config/load-config.js';
import { openEmbedded } from '../db/embedded/embedded-database.js';
import { type MoveProgress, moveDatabase } from '../db/move/move-database.js';
import { writeMovedMarker } from '../db/move/moved-marker.js';
import type { TableSummary } from '../db/move/summarise-table.js';
import { openPostgres } from '../db/postgres-database.js';
import type { Command } from './command.js';
import { redactUrl } from './redact-url.js';
import { refuseMoved } from './refuse-moved.js';

export const dbMove: Command = {
  summary: 'Carries the embedded database to PostgreSQL.',
  details: `Stop the server first. The target is a database without a schema \`parley\`; tables, rows and a comparison of both ends go there in one
transaction, so an interrupted move leaves nothing. The folder is only read; afterwards a note in it keeps servers off. People stay signed in
and their clients go on where they were, if the server keeps its secret.`,
  flags: {
    '--to': { value: 'postgres://…', describe: 'The target, postgres://user:password@host:port/name.' },
    '--again': { describe: 'Move once more a folder that was moved before.' },
  },
  run: async ({ env, flags }) => {
    const config = loadConfig(env);
    const target = checkTarget(flags['--to']);
    const directory = await checkFolder(config, flags['--again'] !== undefined);
    const startedAt = Date.now();
    const summaries = await move(directory, target);
    await writeMovedMarker(directory, { to: redactUrl(target), at: new Date().toISOString() });
    console.log(describeResult(summaries, (Date.now() - startedAt) / 1000));
    console.error(describeNext(config, target));
  },
};

function checkTarget(to: string | undefined): string {
  if (to === undefined) throw new ConfigError('--to is missing: postgres://user:password@host:port/name');
  if (!/^postgres(ql)?:\/\/./.test(to) || !URL.canParse(to))
    throw new ConfigError('--to is no address of PostgreSQL: postgres://user:password@host:port/name');
  return to;
}

async function checkFolder({ dataDirectory }: Config, isAgain: boolean): Promise<string> {
  if (!existsSync(path.join(dataDirectory, 'pgdata')))
    throw new ConfigError(
      `There is no embedded database in ${path.resolve(dataDirectory)}. Name its folder with --data-dir.`,
    );
  if (!isAgain) await refuseMoved(dataDirectory);
  return dataDirectory;
}

async function move(directory: string, target: string): Promise<TableSummary[]> {
  const log = { error: (_fields: object, message: string) => console.error(message) };
  const from = await openEmbedded({ directory, log });
  try {
    // Without limits of time: a large table is compared in one statement.
    const unlimited = { statementTimeoutMs: 0, idleInTransactionTimeoutMs: 0, queryTimeoutMs: 0 };
    const to = await openPostgres({ url: target, poolSize: 2, ...unlimited });
    try {
      return await moveDatabase({ from, to, onProgress: printProgress });
    } finally {
      await to.close();
    }
  } finally {
    await from.close();
  }
}

function printProgress({ table, rows, step }: MoveProgress): void {
  console.error(
    step === 'compared' ? `${table}: ${rows} rows, the same on both ends` : `${table}: ${rows} rows`,
  );
}

function describeResult(summaries: readonly TableSummary[], seconds: number): string {
  const lines = summaries.map(
    ({ table, rows, checksum }) => `${table.padEnd(24)} ${String(rows).padStart(10)}  ${checksum}`,
  );
  const total = summaries.reduce((sum, { rows }) => sum + rows, 0);
  const head = `${'table'.padEnd(24)} ${'rows'.padStart(10)}  checksum, the same on both ends`;
  return [head, ...lines, `${total} rows in ${seconds.toFixed(1)} s`].join('\n');
}

function describeNext(config: Config, target: string): string {
  const secret =
    config.secret === undefined
      ? `PARLEY_SECRET from ${path.resolve(config.dataDirectory, 'secrets.json')} (or on loopback the same PARLEY_DATA_DIR)`
      : 'the same PARLEY_SECRET';
  return `Done. Start the server with DATABASE_URL set to ${redactUrl(target)} and ${secret}.`;
}
