/**
 * The browser's database, one database a store.
 *
 * Safari closes databases behind one's back: whatever fails is tried once more on a connection opened anew. What fails then is the caller's to handle.
 * Deletes and puts of one write are one transaction, which is awaited: a promise that resolves means that it is there after a crash of the page.
 */
import { createStore, entries, getMany, promisifyRequest, type UseStore } from 'idb-keyval';
import type { ChatStorage } from './chat-storage.js';
import { byKey, type NamedStore, type StoreEntry } from './named-store.js';
import { persistentStorage } from './persistent-storage.js';

/** Keeps what is unsent in IndexedDB. Where there is none, as in some private modes, the client goes on in memory and says so. */
export function indexedDbStorage(): ChatStorage {
  return persistentStorage(open);
}

const table = 'entries';

async function open(name: string): Promise<NamedStore> {
  let database = createStore(name, table);
  const run = async <T>(use: (database: UseStore) => Promise<T>): Promise<T> => {
    try {
      return await use(database);
    } catch {
      database = createStore(name, table);
      return use(database);
    }
  };
  // Opens it now, so that whoever asked learns at once that there is none.
  await run((store) => getMany([], store));
  return {
    kind: 'persistent',
    getAll: async (prefix) => {
      const all: StoreEntry[] = await run((store) => entries<string, unknown>(store));
      return all.filter(([key]) => key.startsWith(prefix)).sort(byKey);
    },
    getMany: (keys) => run((store) => getMany([...keys], store)),
    write: ({ puts = [], deletes = [] }) =>
      run((use) =>
        use('readwrite', (store) => {
          for (const key of deletes) store.delete(key);
          for (const [key, value] of puts) store.put(value, key);
          return promisifyRequest(store.transaction);
        }),
      ),
    close: () => void database('readonly', (store) => store.transaction.db.close()).catch(() => {}),
    destroy: async () => {
      await database('readonly', (store) => store.transaction.db.close());
      await promisifyRequest(indexedDB.deleteDatabase(name));
    },
  };
}
