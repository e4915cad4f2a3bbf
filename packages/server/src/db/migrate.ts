/**
 * Forward-only migrations. All pending ones run in one transaction under an advisory lock, so nodes that start together migrate once. A migration that
 * was applied and has changed since, or one this version does not know, stops the start: going on would be guessing.
 */
import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { Database, Executor } from './database.js';
import { type Migration, migrations as ours } from './migrations/index.js';

/** Any constant; it only has to differ from other users' of advisory locks. */
export const migrationLock = 7_400_001;

export class MigrationError extends Error {
  override readonly name = 'MigrationError';
}

/** Brings the database to this version. */
export async function migrate(
  database: Database,
  migrations: readonly Migration[] = ours,
): Promise<{ readonly applied: string[] }> {
  return database.transaction(async (tx) => {
    await sql`select pg_advisory_xact_lock(${migrationLock})`.execute(tx);
    await sql`create schema if not exists parley`.execute(tx);
    await sql`
      create table if not exists parley.migrations (
        name text primary key, hash text not null, applied_at timestamptz not null default now())`.execute(
      tx,
    );
    const pending = await findPending(tx, migrations);
    for (const migration of pending) {
      for (const statement of splitStatements(migration.up)) await sql.raw(statement).execute(tx);
      await sql`
        insert into parley.migrations (name, hash) values (${migration.name}, ${hashOf(migration)})`.execute(
        tx,
      );
    }
    return { applied: pending.map((migration) => migration.name) };
  });
}

/** The names of migrations this version has and the database has not. */
export async function listPendingMigrations(
  database: Database,
  migrations: readonly Migration[] = ours,
): Promise<string[]> {
  const { rows } = await sql<{ known: string | null }>`
    select to_regclass('parley.migrations')::text as known`.execute(database.kysely);
  if (rows[0]?.known === null) return migrations.map((migration) => migration.name);
  return (await findPending(database.kysely, migrations)).map((migration) => migration.name);
}

async function findPending(db: Executor, migrations: readonly Migration[]): Promise<Migration[]> {
  const { rows } = await sql<{
    name: string;
    hash: string;
  }>`select name, hash from parley.migrations`.execute(db);
  const applied = new Map(rows.map((row) => [row.name, row.hash]));
  for (const name of applied.keys())
    if (!migrations.some((migration) => migration.name === name))
      throw new MigrationError(
        `The database has migration ${name}, which this version does not know. Start a newer Parley.`,
      );
  return migrations.filter((migration) => {
    const hash = applied.get(migration.name);
    if (hash !== undefined && hash !== hashOf(migration))
      throw new MigrationError(
        `Migration ${migration.name} was applied in another form. Restore the release it came from.`,
      );
    return hash === undefined;
  });
}

function hashOf(migration: Migration): string {
  return createHash('sha256').update(migration.up).digest('hex');
}

/** The embedded engine takes one statement a query. Our migrations have no semicolon but at the end of a statement's line. */
function splitStatements(text: string): string[] {
  return text
    .split(/;[ \t]*\n/)
    .map((statement) => statement.trim())
    .filter((statement) => statement.replace(/^\s*--.*$/gm, '').trim().length > 0);
}
