import type { Platform } from '../platform/platform.js';

/** Timers by name: starting one again replaces it. */
export interface Timers<Name extends string> {
  readonly start: (name: Name, ms: number, callback: () => void) => void;
  readonly stop: (name: Name) => void;
  readonly stopAll: () => void;
}

export function createTimers<Name extends string>(platform: Pick<Platform, 'after'>): Timers<Name> {
  const undo = new Map<Name, () => void>();
  const stop = (name: Name) => {
    undo.get(name)?.();
    undo.delete(name);
  };
  return {
    start(name, ms, callback) {
      stop(name);
      const cancel = platform.after(ms, () => {
        undo.delete(name);
        callback();
      });
      undo.set(name, cancel);
    },
    stop,
    stopAll() {
      for (const cancel of undo.values()) cancel();
      undo.clear();
    },
  };
}
