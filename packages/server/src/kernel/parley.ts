import type { Database } from '../db/database.js';
import type { Clock } from '../lib/clock.js';
import type { Execute } from './call.js';
import {
  type Calls,
  createCalls,
  createSystemCalls,
  inProcessActor,
  type SystemCalls,
} from './in-process.js';
import { createPendingOperations, type PendingOperations } from './pending/pending-operations.js';
import type { AppTransaction } from './pending/standing.store.js';
import { type ParleyTransaction, runTransaction } from './pending/transaction.js';
import { type TransactionCalls, withTransaction } from './pending/with-transaction.js';
import type { Registry } from './registry.js';

/** Parley for the process it runs in: `app.parley` once the plugin is registered. Nothing here asks for a token: the host answers for who acts. */
export interface Parley {
  /** The contract's operations as one person, by id: `parley.as(userId).sendMessage({ ... })`. Throws `validation_failed` for what is no id. */
  as(userId: string): Calls;
  /** The operations that belong to nobody in particular, as a server key has them: `parley.asSystem().upsertUser({ ... })`. */
  asSystem(): SystemCalls;
  /**
   * Operations inside the app's own transaction, on the PostgreSQL that Parley uses. They are sent after its commit, in their order, and never when it
   * is rolled back. The app's role needs `usage` on the schema `parley`, `select` on its tables and `insert` on `parley.pending_operations`.
   */
  withTransaction(tx: AppTransaction): TransactionCalls;
  /**
   * Runs work in one transaction of Parley's own database, on either engine, and rolls it back when the work throws or takes more than 5 s
   * (`TransactionTooLongError`). On the embedded engine everybody else waits meanwhile: nothing but its own queries belongs in it.
   */
  transaction<T>(work: (tx: ParleyTransaction) => Promise<T>): Promise<T>;
  /** What was written inside transactions and not carried out. */
  readonly pendingOperations: PendingOperations;
}

export interface ParleyParts {
  readonly database: Database;
  readonly registry: Registry;
  readonly execute: Execute;
  readonly newId: () => string;
  readonly clock: Pick<Clock, 'after'>;
  /** Called after a commit that may have written operations. */
  readonly onWritten: () => void;
}

const transactionLimitMs = 5000;

export function createParley(parts: ParleyParts): Parley {
  const { database, clock, onWritten } = parts;
  const calls = (tx: AppTransaction): TransactionCalls => withTransaction(parts, tx);
  return {
    as: (userId) => createCalls(parts, inProcessActor(userId)),
    asSystem: () => createSystemCalls(parts),
    withTransaction: calls,
    transaction: async (work) => {
      const result = await runTransaction(
        { database, calls, after: clock.after, limitMs: transactionLimitMs },
        work,
      );
      onWritten();
      return result;
    },
    pendingOperations: createPendingOperations(database),
  };
}
