import { keepOutbox } from '../outbox/outbox-store.js';
import type { ChatStorage } from './chat-storage.js';
import type { OpenStore } from './named-store.js';

/** A storage that outlives the page, from what opens its stores: to keep things where none of the storages here does. */
export function persistentStorage(open: OpenStore): ChatStorage {
  return { kind: 'persistent', open, keepOutbox };
}
