import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import type { Database, Statement } from './database.js';
import type { Tables } from './tables.js';
import { createTransactionPool } from './transaction-pool.js';
import { withTimeout } from './with-timeout.js';

export interface PostgresOptions {
  readonly url: string;
  /** @default 10 */
  readonly poolSize?: number;
  /** Named statements are planned once a connection. @default true */
  readonly prepared?: boolean;
  /** @default 5000 */
  readonly statementTimeoutMs?: number;
  /** @default 3000 */
  readonly lockTimeoutMs?: number;
  /** @default 10_000 */
  readonly idleInTransactionTimeoutMs?: number;
  /** The client's own limit, for a peer that is gone without a word; the connection is destroyed. @default 10_000 */
  readonly queryTimeoutMs?: number;
}

/** A pool of connections to PostgreSQL 15 or newer. Resolves once one of them works. */
export async function openPostgres(options: PostgresOptions): Promise<Database> {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.poolSize ?? 10,
    application_name: 'parley',
    connectionTimeoutMillis: 5000,
    statement_timeout: options.statementTimeoutMs ?? 5000,
    lock_timeout: options.lockTimeoutMs ?? 3000,
    idle_in_transaction_session_timeout: options.idleInTransactionTimeoutMs ?? 10_000,
    query_timeout: options.queryTimeoutMs ?? 10_000,
    types: { getTypeParser },
  });
  // An idle connection that dies must not end the process; the pool has dropped it already.
  pool.on('error', () => {});
  const kysely = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: createTransactionPool(pool) }) });
  try {
    await pool.query('select 1');
  } catch (error) {
    await pool.end();
    throw error;
  }
  const isPrepared = options.prepared ?? true;
  return {
    engine: 'postgres',
    kysely,
    query: async <Row>({ name, text, values }: Statement) => {
      const result = await pool.query(
        isPrepared ? { name, text, values: [...values] } : { text, values: [...values] },
      );
      // The statement's author states the shape of its rows, as everywhere in SQL.
      return result.rows as Row[];
    },
    transaction: (work) => kysely.transaction().setIsolationLevel('read committed').execute(work),
    snapshot: (work) =>
      kysely.transaction().setIsolationLevel('repeatable read').setAccessMode('read only').execute(work),
    ping: () => withTimeout(2000, pool.query('select 1')),
    // Not through kysely: it leaves a pool open that no transaction has used yet.
    close: () => pool.end(),
  };
}

/** Positions are safe integers, so `int8` is a number; times stay as the database writes them. */
function getTypeParser(oid: number, format?: 'text' | 'binary'): (value: string) => unknown {
  if (oid === pg.types.builtins.INT8) return Number;
  if (oid === pg.types.builtins.TIMESTAMPTZ) return (value) => value;
  return pg.types.getTypeParser(oid, format ?? 'text');
}
