import { EventEmitter } from 'eventemitter3';

/** Typed events whose listeners cannot harm the emitter or each other. */
export interface Emitter<Events extends object> {
  /** Returns its undoing. */
  readonly on: <Kind extends keyof Events & string>(
    kind: Kind,
    listener: (event: Events[Kind]) => void,
  ) => () => void;
  readonly emit: <Kind extends keyof Events & string>(kind: Kind, event: Events[Kind]) => void;
}

/** @param report  gets what a listener throws */
export function createEmitter<Events extends object>(report: (error: unknown) => void): Emitter<Events> {
  const emitter = new EventEmitter();
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
      emitter.on(kind, wrapped);
      return () => void emitter.off(kind, wrapped);
    },
    emit: (kind, event) => void emitter.emit(kind, event),
  };
}
