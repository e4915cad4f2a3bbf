/** Something that can be watched: what it is now, and when it changes. Fits React's `useSyncExternalStore` as it is. */
export interface View<T> {
  /** Calls back after every change; returns its undoing. */
  readonly subscribe: (listener: () => void) => () => void;
  /** The present value. The same object until it changes. */
  readonly getSnapshot: () => T;
}

export interface WritableView<T> extends View<T> {
  readonly set: (value: T) => void;
}

/** `report` gets what a listener throws, so that one bad listener harms no other. */
export function createView<T>(initial: T, report: (error: unknown) => void): WritableView<T> {
  const listeners = new Set<() => void>();
  let value = initial;
  return {
    subscribe(listener) {
      // Wrapped, so that the same function given twice is called twice and undone once.
      const entry = () => listener();
      listeners.add(entry);
      return () => void listeners.delete(entry);
    },
    getSnapshot: () => value,
    set(next) {
      if (Object.is(next, value)) return;
      value = next;
      for (const listener of [...listeners]) {
        try {
          listener();
        } catch (error) {
          report(error);
        }
      }
    },
  };
}
