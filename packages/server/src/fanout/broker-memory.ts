import type { Broker, Publication } from './broker.js';

/** The broker of a single node: delivers in the same turn. */
export function createMemoryBroker(): Broker {
  const listeners = new Set<(publication: Publication) => void>();
  return {
    publish: (publication) => {
      for (const listener of listeners) listener(publication);
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
