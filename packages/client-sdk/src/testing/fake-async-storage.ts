import type { AsyncStorageLike } from '../storage/async-storage.js';

/** React Native's storage in memory: a persistent storage for tests, for as long as one keeps the object. */
export function fakeAsyncStorage(values = new Map<string, string>()): AsyncStorageLike {
  return {
    getAllKeys: async () => [...values.keys()],
    multiGet: async (keys) => keys.map((key) => [key, values.get(key) ?? null]),
    multiSet: async (entries) => {
      for (const [key, value] of entries) values.set(key, value);
    },
    multiRemove: async (keys) => {
      for (const key of keys) values.delete(key);
    },
  };
}
