import { commonPlatform } from './common-platform.js';
import { memoryStorage } from './memory-storage.js';
import { openWebSocket } from './open-web-socket.js';
import type { KeyValueStorage, Nudge, Platform } from './platform.js';

/** Browsers and workers, and any other surrounding with a global `WebSocket`. Parts it lacks are replaced by what is safe without them. */
export function browserPlatform(): Platform {
  return {
    ...commonPlatform(),
    openSocket: (url, handlers) => openWebSocket(new WebSocket(url), handlers),
    isOffline: () => globalThis.navigator?.onLine === false,
    watch: watchPage,
    withLock: withWebLock,
    holdName,
    isNameHeld: async (name) =>
      (await globalThis.navigator?.locks?.query())?.held?.some((lock) => lock.name === name) === true,
    storage: pageStorage(),
    watchStorage: (listener) =>
      listen('storage', (event) => listener('key' in event ? (event as StorageEvent).key : null)),
    ...(typeof globalThis.reportError === 'function'
      ? { reportError: globalThis.reportError.bind(globalThis) }
      : {}),
  };
}

function watchPage(listener: (signal: Nudge) => void): () => void {
  const undo = [listen('online', () => listener('online')), listen('offline', () => listener('offline'))];
  if (typeof document !== 'undefined') {
    const look = () => {
      if (document.visibilityState === 'visible') listener('visible');
    };
    document.addEventListener('visibilitychange', look);
    undo.push(() => document.removeEventListener('visibilitychange', look));
  }
  return () => {
    for (const each of undo) each();
  };
}

function listen(name: string, listener: (event: Event) => void): () => void {
  if (typeof globalThis.addEventListener !== 'function') return () => {};
  globalThis.addEventListener(name, listener);
  return () => globalThis.removeEventListener(name, listener);
}

/** Pages without a secure origin have no locks; there each tab refreshes for itself and the server's grace period covers the race. */
async function withWebLock<T>(name: string, run: () => Promise<T>): Promise<T> {
  const locks: LockManager | undefined = globalThis.navigator?.locks;
  return locks === undefined ? run() : locks.request(name, run);
}

function holdName(name: string): Promise<() => void> {
  return new Promise((resolve, reject) => {
    const holding = withWebLock(name, () => new Promise<void>((letGo) => resolve(letGo)));
    holding.catch(reject);
  });
}

/** Private modes refuse `localStorage` or any write to it. */
function pageStorage(): KeyValueStorage {
  try {
    const probe = 'parley:probe';
    localStorage.setItem(probe, probe);
    localStorage.removeItem(probe);
    return localStorage;
  } catch {
    return memoryStorage();
  }
}
