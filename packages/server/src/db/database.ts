import type { Kysely, Transaction } from 'kysely';
import type { Tables } from './tables.js';

/** One statement for the hot path. */
export interface Statement {
  /** Stable; the engine prepares the statement under it where it can. */
  readonly name: string;
  readonly text: string;
  readonly values: readonly unknown[];
}

/**
 * A database, whichever engine is behind it. Both give the same values: `int8` as numbers (our positions are safe integers), timestamps and `xid8` as
 * text, json parsed.
 */
export interface Database {
  readonly engine: 'embedded' | 'postgres';
  readonly kysely: Kysely<Tables>;
  /** Runs one statement, committed when it resolves, on any connection. */
  query<Row>(statement: Statement): Promise<Row[]>;
  /** Runs work in one READ COMMITTED transaction; rolled back when it throws. */
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** Runs reads in one REPEATABLE READ, read-only transaction: all of them see the same moment. */
  snapshot<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** Rejects when the database does not answer within two seconds. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

export type Tx = Transaction<Tables>;

/** What stores take: a transaction, or the database itself for reads that need none. */
export type Executor = Kysely<Tables> | Tx;
