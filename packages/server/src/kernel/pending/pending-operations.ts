import { limits, ParleyError } from '@parley/protocol';
import type { Database } from '../../db/database.js';
import {
  countWaiting,
  deleteRefused,
  listOperationsOf,
  type PendingOperation,
  type PendingState,
} from './pending.store.js';

/** What was written inside transactions and has not been carried out. */
export interface PendingOperations {
  /** Waiting or refused operations, oldest first; the next page begins behind the `id` given as `after`. */
  list(page: {
    readonly state: PendingState;
    /** @default 0 */
    readonly after?: number;
    /** Up to 100. @default 50 */
    readonly limit?: number;
  }): Promise<PendingOperation[]>;
  /** Removes a refused operation. Throws `not_found` when there is none under this id. */
  discard(id: number): Promise<void>;
  /** How many wait. Reads all of them. */
  countWaiting(): Promise<number>;
}

export function createPendingOperations(database: Database): PendingOperations {
  return {
    list: ({ state, after = 0, limit = 50 }) =>
      listOperationsOf(database.kysely, { state, after, limit: Math.min(limit, limits.pageSize) }),
    discard: async (id) => {
      if (!(await deleteRefused(database.kysely, id))) throw new ParleyError('not_found');
    },
    countWaiting: () => countWaiting(database.kysely),
  };
}
