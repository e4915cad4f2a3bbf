/**
 * The pool as kysely's transactions use it. Three things `pg` and kysely leave open are closed here:
 *
 * - a query that ran into the client's own time limit is still under way on the connection, and kysely gives the connection back as if it were fine.
 *   A connection that failed once is destroyed when it is released.
 * - the `rollback` kysely sends after the failure would wait behind the hung query. On a failed connection nothing is sent any more; the database
 *   rolls back by itself when the connection is gone.
 * - a connection that dies between two statements emits `error`; without a listener that would end the process.
 */
import type { PostgresPool, PostgresPoolClient } from 'kysely';
import { isConnectionLost } from './database-error.js';

/** What is used of a client of `pg`. */
export interface ReservedClient {
  query(text: string, values: unknown[]): Promise<unknown>;
  on(event: 'error', listener: (error: Error) => void): unknown;
  removeListener(event: 'error', listener: (error: Error) => void): unknown;
  /** With an error the client is destroyed instead of being given to the next. */
  release(error?: Error): void;
}

/** Makes kysely destroy connections that failed. */
export function createTransactionPool(pool: {
  connect(): Promise<ReservedClient>;
  end(): Promise<void>;
}): PostgresPool {
  return { connect: async () => reserve(await pool.connect()), end: () => pool.end() };
}

function reserve(client: ReservedClient): PostgresPoolClient {
  let failure: Error | undefined;
  const onError = (error: Error): void => {
    failure ??= error;
  };
  client.on('error', onError);
  const query = async (text: string, values: readonly unknown[]): Promise<unknown> => {
    if (failure !== undefined) throw failure;
    try {
      return await client.query(text, [...values]);
    } catch (error) {
      if (error instanceof Error && isConnectionLost(error)) failure ??= error;
      throw error;
    }
  };
  return {
    // Of the two overloads kysely calls the other one only for cursors, which need a constructor nobody configures.
    query: query as PostgresPoolClient['query'],
    release: () => {
      client.removeListener('error', onError);
      client.release(failure);
    },
  };
}
