import type { Broker } from './broker.js';

/** The broker of a node without others, or without a way to them: what it commits reaches them by their reading of the log. */
export function createMemoryBroker(): Broker {
  return {
    health: 'none',
    publish: () => {},
    publishSignal: () => {},
    touch: () => {},
    publishPeople: () => {},
    subscribe: () => {},
    close: async () => {},
  };
}
