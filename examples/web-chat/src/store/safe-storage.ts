export type TextStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

/** Session storage where the browser gives it and has room; else it holds nothing, and only a reload notices. */
export function safeSessionStorage(): TextStorage {
  return {
    getItem: (key) => attempt(() => sessionStorage.getItem(key)) ?? null,
    setItem: (key, value) => attempt(() => sessionStorage.setItem(key, value)),
    removeItem: (key) => attempt(() => sessionStorage.removeItem(key)),
  };
}

function attempt<T>(use: () => T): T | undefined {
  try {
    return use();
  } catch {
    // Storage is forbidden or full: the app goes on without.
    return undefined;
  }
}
