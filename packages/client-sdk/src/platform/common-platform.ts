import { memoryStorage } from './memory-storage.js';
import type { Platform } from './platform.js';

/** What every surrounding of today has in the same way; each platform adds the rest. */
export function commonPlatform(): Omit<Platform, 'openSocket'> {
  return {
    fetch: (url, init) => globalThis.fetch(url, init),
    now: Date.now,
    after: (ms, callback) => {
      const timer = setTimeout(callback, ms);
      return () => clearTimeout(timer);
    },
    random: Math.random,
    // Ids are made in plain memory, never in a shared buffer.
    randomBytes: (bytes) => void crypto.getRandomValues(bytes as Uint8Array<ArrayBuffer>),
    isOffline: () => false,
    watch: () => () => {},
    withLock: (_name, run) => run(),
    holdName: async () => () => {},
    isNameHeld: async () => false,
    storage: memoryStorage(),
    watchStorage: () => () => {},
    // A microtask of its own: the error reaches the surrounding's handler for uncaught errors and leaves the client's stack alone.
    reportError: (error) =>
      queueMicrotask(() => {
        throw error;
      }),
  };
}
