/** Typed events whose listeners cannot harm the emitter or each other. */
export interface Emitter<Events extends object> {
  /** Returns its undoing. */
  readonly on: <Kind extends keyof Events & string>(
    kind: Kind,
    listener: (event: Events[Kind]) => void,
  ) => () => void;
  readonly emit: <Kind extends keyof Events & string>(kind: Kind, event: Events[Kind]) => void;
}

/**
 * By hand, because the library for it is a kilobyte of what a browser loads.
 *
 * @param report  gets what a listener throws
 */
export function createEmitter<Events extends object>(report: (error: unknown) => void): Emitter<Events> {
  const listeners = new Map<string, Set<(event: never) => void>>();
  return {
    on(kind, listener) {
      // Wrapped, so that the same function given twice is called twice and undone once.
      const wrapped = (event: Events[typeof kind]) => {
        try {
          listener(event);
        } catch (error) {
          report(error);
        }
      };
      const ofKind = listeners.get(kind) ?? new Set();
      listeners.set(kind, ofKind.add(wrapped));
      return () => void ofKind.delete(wrapped);
    },
    emit(kind, event) {
      // Kept by kind, so each takes events of this one.
      for (const listener of [...(listeners.get(kind) ?? [])]) listener(event as never);
    },
  };
}
