import { parseJson } from '../lib/json.js';
import type { ChatStorage } from './chat-storage.js';
import { byKey, type StoreEntry } from './named-store.js';
import { persistentStorage } from './persistent-storage.js';

/** The part of React Native's AsyncStorage that is used (https://react-native-async-storage.github.io/async-storage). */
export interface AsyncStorageLike {
  readonly getAllKeys: () => Promise<readonly string[]>;
  readonly multiGet: (
    keys: readonly string[],
  ) => Promise<readonly (readonly [key: string, value: string | null])[]>;
  readonly multiSet: (entries: [key: string, value: string][]) => Promise<void>;
  readonly multiRemove: (keys: string[]) => Promise<void>;
}

/**
 * Keeps what is unsent in React Native's AsyncStorage, as JSON under keys that begin with the store's name.
 *
 * AsyncStorage has no transactions: new values are written before old ones go, so a crash in between leaves too much, never too little.
 */
export function asyncStorage(storage: AsyncStorageLike): ChatStorage {
  return persistentStorage(async (name) => {
    const full = (key: string) => `${name}/${key}`;
    const keysOf = async (prefix: string) =>
      (await storage.getAllKeys()).filter((key) => key.startsWith(full(prefix)));
    const read = async (keys: readonly string[]) => {
      const found = new Map(await storage.multiGet(keys));
      return keys.map((key) => parseJson(found.get(key) ?? '') ?? undefined);
    };
    return {
      kind: 'persistent',
      getAll: async (prefix) => {
        const keys = await keysOf(prefix);
        const values = await read(keys);
        const entries = keys.map((key, index): StoreEntry => [key.slice(name.length + 1), values[index]]);
        return entries.sort(byKey);
      },
      getMany: (keys) => read(keys.map(full)),
      write: async ({ puts = [], deletes = [] }) => {
        if (puts.length > 0)
          await storage.multiSet(puts.map(([key, value]) => [full(key), JSON.stringify(value)]));
        const written = new Set(puts.map(([key]) => key));
        const gone = deletes.filter((key) => !written.has(key));
        if (gone.length > 0) await storage.multiRemove(gone.map(full));
      },
      close: () => {},
      destroy: async () => storage.multiRemove(await keysOf('')),
    };
  });
}
