import { CompiledQuery } from 'kysely';
import type { Database, Tx } from '../../db/database.js';
import type { AppTransaction } from './standing.store.js';
import type { TransactionCalls } from './with-transaction.js';

/** A transaction of Parley's own database in the app's hands: its statements, and operations that are carried out once it has committed. */
export interface ParleyTransaction extends TransactionCalls {
  /** Runs one statement with parameters `$1`, `$2`, ... The caller states the shape of its rows. */
  query<Row = Record<string, unknown>>(
    text: string,
    values?: readonly unknown[],
  ): Promise<{ readonly rows: Row[] }>;
}

/** The work took longer than a transaction may, and was rolled back. */
export class TransactionTooLongError extends Error {
  override readonly name = 'TransactionTooLongError';
  readonly limitMs: number;

  constructor(limitMs: number) {
    super(`A transaction of Parley's database may take ${limitMs} ms; it was rolled back.`);
    this.limitMs = limitMs;
  }
}

interface TransactionParts {
  readonly database: Database;
  readonly calls: (tx: AppTransaction) => TransactionCalls;
  /** Calls back once; returns its undoing. */
  readonly after: (ms: number, callback: () => void) => () => void;
  readonly limitMs: number;
}

/**
 * Runs work in one transaction; rolled back when it throws. The embedded engine has one session, and everybody waits while it lasts: hence the limit.
 * Throws `TransactionTooLongError` when it is over, and whatever the work still asks for then is refused.
 */
export async function runTransaction<T>(
  { database, calls, after, limitMs }: TransactionParts,
  work: (tx: ParleyTransaction) => Promise<T>,
): Promise<T> {
  let end: Error | undefined;
  let stopTimer = (): void => {};
  try {
    return await database.transaction(async (tx) => {
      const timeIsUp = new Promise<never>((_resolve, reject) => {
        stopTimer = after(limitMs, () => {
          end = new TransactionTooLongError(limitMs);
          reject(end);
        });
      });
      const query = createQuery(tx, () => end);
      return await Promise.race([work({ query, ...calls({ query }) }), timeIsUp]);
    });
  } finally {
    stopTimer();
    end ??= new Error('the transaction has ended');
  }
}

function createQuery(tx: Tx, ended: () => Error | undefined): ParleyTransaction['query'] {
  return async <Row>(text: string, values: readonly unknown[] = []) => {
    const end = ended();
    if (end !== undefined) throw end;
    const { rows } = await tx.executeQuery(CompiledQuery.raw(text, [...values]));
    // The statement's author states the shape of its rows.
    return { rows: rows as Row[] };
  };
}
