/**
 * Carries an embedded database to PostgreSQL.
 *
 * - Both ends stand still: the folder's lock keeps servers off the source, and the target must not have a schema `parley`.
 * - Everything happens in one transaction of the target: schema, rows, comparison. Whatever ends it before, a refusal, Ctrl-C or a power cut, leaves
 *   the target as it was. The source is only read.
 * - The epoch travels with `cluster_meta`: to clients it is the same history, and their cursors stay good. Their `since` does not, because it names the
 *   database's identity: each is told all its heads once, compares them with its cursors and goes on. That needs the two identities to differ, which is
 *   checked.
 * - The commit log stays behind. It tells running nodes what they did not hear, and no node runs.
 */
import { sql } from 'kysely';
import { readIdentity } from '../cluster.js';
import type { Database, Tx } from '../database.js';
import { listPendingMigrations, migrate, migrationLock } from '../migrate.js';
import { copyTable } from './copy-table.js';
import { listTables, type Table } from './list-tables.js';
import { summariseTable, type TableSummary } from './summarise-table.js';

/** The move was refused, or what arrived is not what left. Nothing was changed. */
export class MoveError extends Error {
  override readonly name = 'MoveError';
}

export interface MoveOptions {
  readonly from: Database;
  /** With room for two connections and without limits of time on statements. */
  readonly to: Database;
  readonly onProgress: (progress: MoveProgress) => void;
}

export interface MoveProgress {
  readonly table: string;
  readonly rows: number;
  /** Within the table the rows come first, then both ends are compared. */
  readonly step: 'copying' | 'compared';
}

/**
 * Copies everything and compares both ends. Resolves, once it is committed, with what each table holds.
 * Throws {@link MoveError} when the target is not empty of Parley, or when anything differs; then the target is as it was.
 */
export async function moveDatabase({ from, to, onProgress }: MoveOptions): Promise<TableSummary[]> {
  await refuseUnfit(from, to);
  const summaries = await from.snapshot((source) =>
    to.transaction(async (target) => {
      await useOneNotation(source);
      await useOneNotation(target);
      await makeSchema(source, target, to);
      const tables = await listSameTables(source, target);
      await empty(target, tables);
      for (const table of tables)
        await copyTable(table, {
          from: source,
          to: target,
          onRows: (rows) => onProgress({ table: table.name, rows, step: 'copying' }),
        });
      return compareTables({ source, target, tables, onProgress });
    }),
  );
  // Outside the transaction: new rows without statistics are planned for as if there were none.
  for (const { table } of summaries) await sql.raw(`analyze parley.${table}`).execute(to.kysely);
  return summaries;
}

/** Counts and checksums of both ends, table by table. Throws {@link MoveError} at the first that differs. */
export async function compareTables(options: {
  readonly source: Tx;
  readonly target: Tx;
  readonly tables: readonly Table[];
  readonly onProgress: (progress: MoveProgress) => void;
}): Promise<TableSummary[]> {
  const summaries: TableSummary[] = [];
  for (const table of options.tables) {
    const left = await summariseTable(options.source, table);
    const arrived = await summariseTable(options.target, table);
    if (left.rows !== arrived.rows || left.checksum !== arrived.checksum)
      throw new MoveError(
        `parley.${table.name} differs: ${left.rows} rows with checksum ${left.checksum} here, ` +
          `${arrived.rows} rows with ${arrived.checksum} there. The target was left as it was.`,
      );
    options.onProgress({ table: table.name, rows: left.rows, step: 'compared' });
    summaries.push(left);
  }
  return summaries;
}

async function refuseUnfit(from: Database, to: Database): Promise<void> {
  const pending = await listPendingMigrations(from);
  if (pending.length > 0)
    throw new MoveError(
      `The folder's database is of an older version (${pending.join(', ')}). Run \`parley migrate\` on it first.`,
    );
  const { rows } = await sql<{ version: number; name: string; encoding: string }>`
    select current_setting('server_version_num')::int as version, current_setting('server_version') as name,
      current_setting('server_encoding') as encoding`.execute(to.kysely);
  const { version = 0, name = '', encoding = '' } = rows[0] ?? {};
  if (version < 150_000) throw new MoveError(`PostgreSQL ${name} is too old; 15 or newer is needed.`);
  if (encoding !== 'UTF8')
    throw new MoveError(
      `The target's encoding is ${encoding}. Make it with: create database <name> encoding 'UTF8' template template0`,
    );
  const [left, arrived] = [await readIdentity(from), await readIdentity(to)];
  if (left.systemIdentifier === arrived.systemIdentifier && left.timeline === arrived.timeline)
    throw new MoveError(
      'The two databases cannot be told apart by their identity, so clients could miss what is new. Move to another PostgreSQL.',
    );
}

/** Values as text must read the same on both ends, whatever their settings are. */
async function useOneNotation(tx: Tx): Promise<void> {
  for (const setting of [
    "timezone to 'UTC'",
    "datestyle to 'ISO, MDY'",
    "intervalstyle to 'postgres'",
    "bytea_output to 'hex'",
  ])
    await sql.raw(`set local ${setting}`).execute(tx);
}

async function makeSchema(source: Tx, target: Tx, to: Database): Promise<void> {
  // The lock of migrations: a server that starts on the target meanwhile waits, and then finds everything there.
  await sql`select pg_advisory_xact_lock(${migrationLock})`.execute(target);
  const { rows } = await sql`select 1 from pg_namespace where nspname = 'parley'`.execute(target);
  if (rows.length > 0) throw new MoveError(await describeOccupied(source, target));
  await migrate({ ...to, kysely: target, transaction: (work) => work(target) });
}

async function describeOccupied(source: Tx, target: Tx): Promise<string> {
  const epochOf = async (tx: Tx): Promise<string | undefined> => {
    const { rows: known } = await sql<{ name: string | null }>`
      select to_regclass('parley.cluster_meta')::text as name`.execute(tx);
    if (known[0]?.name == null) return undefined;
    const { rows } = await sql<{ epoch: string }>`select epoch::text from parley.cluster_meta`.execute(tx);
    return rows[0]?.epoch;
  };
  const clean = 'If nothing in it is needed, run `drop schema parley cascade` there and move again.';
  return (await epochOf(source)) === (await epochOf(target))
    ? `The target holds a whole copy of this folder's database from an earlier move. Start the server on it. ${clean}`
    : `The target has a schema \`parley\` of its own. Name a database without one. ${clean}`;
}

const leftBehind = new Set(['migrations', 'commit_log']);

async function listSameTables(source: Tx, target: Tx): Promise<Table[]> {
  const [left, arriving] = [await listTables(source), await listTables(target)];
  const wanted = new Map(arriving.map((table) => [table.name, JSON.stringify(table.columns)]));
  const other = left.filter((table) => wanted.get(table.name) !== JSON.stringify(table.columns));
  if (other.length > 0 || left.length !== arriving.length)
    throw new MoveError(
      `This version makes other tables than the folder has: ${other.map(({ name }) => name).join(', ')}.`,
    );
  return left.filter(({ name }) => !leftBehind.has(name));
}

/** Migrations write first rows, such as a fresh epoch. */
async function empty(target: Tx, tables: readonly Table[]): Promise<void> {
  for (const { name } of [...tables].reverse()) await sql.raw(`delete from parley.${name}`).execute(target);
}
