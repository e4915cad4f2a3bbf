/** The shop's transactions: on PostgreSQL its own connections, otherwise Parley's embedded database, which has one session for everybody. */
import type { Parley, ParleyTransaction } from '@parley/server';
import pg from 'pg';

export interface Database {
  /** Commits what the work did and said, or, when it throws, nothing of it. Short: on the embedded database everybody else waits. */
  transaction<T>(work: (tx: ParleyTransaction) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export function openDatabase(chat: Parley, databaseUrl: string | undefined): Database {
  if (databaseUrl === undefined) return { transaction: chat.transaction, close: async () => {} };
  const pool = new pg.Pool({ connectionString: databaseUrl });
  return {
    transaction: (work) => runOn(pool, chat, work),
    close: () => pool.end(),
  };
}

async function runOn<T>(
  pool: pg.Pool,
  chat: Parley,
  work: (tx: ParleyTransaction) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    const result = await work({
      query: async <Row>(text: string, values: readonly unknown[] = []) => {
        const { rows } = await client.query(text, [...values]);
        // Whoever wrote the statement says what its rows are.
        return { rows: rows as Row[] };
      },
      as: chat.withTransaction(client).as,
    });
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback');
    throw error;
  } finally {
    client.release();
  }
}
