import type { Database } from '../db/database.js';
import type { PeopleMessage, SignalPublication } from '../fanout/broker.js';
import { createPresenceBoard, type PresenceBoard } from '../features/presence/presence.js';
import { createMemoryPresenceStore } from '../features/presence/presence-store.js';
import {
  createSharedPresenceStore,
  type SharedPresenceStore,
} from '../features/presence/shared-presence-store.js';
import { createReceipts, type Receipts, type ReceiptsOptions } from '../features/receipts/receipts.js';
import type { Clock } from '../lib/clock.js';

/** What people's sockets and reading leave behind, on its way to the database and to the others. */
export interface People {
  readonly receipts: Receipts;
  readonly presence: PresenceBoard;
  /** Takes what other nodes tell of their people. */
  readonly elsewhere: Pick<SharedPresenceStore, 'hear' | 'ask'>;
  /** Writes what waits. */
  close(): Promise<void>;
}

export interface PeopleOptions {
  readonly database: Database;
  readonly signal: (publication: SignalPublication) => void;
  /** Tells other nodes who is connected here; may be lost. */
  readonly publishPeople: (message: PeopleMessage) => void;
  readonly clock: Clock;
  readonly onMarksWritten: ReceiptsOptions['onWritten'];
  readonly onError: (error: unknown, message: string) => void;
}

export function openPeople({
  database,
  signal,
  publishPeople,
  clock,
  onError,
  onMarksWritten,
}: PeopleOptions): People {
  const receipts = createReceipts({
    database,
    signal,
    clock,
    onWritten: onMarksWritten,
    onError: (error) => onError(error, 'watermarks could not be written'),
  });
  const store = createSharedPresenceStore({
    local: createMemoryPresenceStore({ clock }),
    publish: publishPeople,
    clock,
  });
  const presence = createPresenceBoard({
    database,
    store,
    signal,
    tellElsewhere: (told) =>
      publishPeople({
        here: [],
        gone: [],
        isAsking: false,
        ...('restated' in told ? { restated: [told.restated] } : { related: [told.related] }),
      }),
    clock,
    onError: (error) => onError(error, 'presence could not be told'),
  });
  return {
    receipts,
    presence,
    elsewhere: {
      hear: (from, message) => {
        store.hear(from, message);
        for (const userId of message.restated ?? []) presence.restated(userId);
        for (const pair of message.related ?? []) presence.related(pair);
      },
      ask: () => store.ask(),
    },
    close: async () => {
      await receipts.close();
      await presence.close();
    },
  };
}
