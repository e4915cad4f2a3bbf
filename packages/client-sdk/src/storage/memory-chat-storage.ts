import type { ChatStorage } from './chat-storage.js';
import { byKey } from './named-store.js';

/** Keeps nothing beyond the page. What a client has when no other storage is given; stores of one name are one within a storage. */
export function memoryChatStorage(): ChatStorage {
  const stores = new Map<string, Map<string, unknown>>();
  return {
    kind: 'memory',
    open: async (name) => {
      const entries = stores.get(name) ?? new Map<string, unknown>();
      stores.set(name, entries);
      return {
        kind: 'memory',
        getAll: async (prefix) => [...entries].filter(([key]) => key.startsWith(prefix)).sort(byKey),
        getMany: async (keys) => keys.map((key) => entries.get(key)),
        write: async ({ puts = [], deletes = [] }) => {
          for (const key of deletes) entries.delete(key);
          for (const [key, value] of puts) entries.set(key, value);
        },
        close: () => {},
        destroy: async () => entries.clear(),
      };
    },
  };
}
