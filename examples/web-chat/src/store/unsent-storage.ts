/**
 * Unsent messages outlive a reload of their tab: they are written to session storage at every change and sent again, under the same
 * ids, when the chat starts. The server answers a repeated id with its first answer, so none is stored twice. Keeping
 * them over a closed tab is the outbox's work, which the SDK does not have yet.
 */
import type { PendingMessage } from './pending-messages.js';
import { listUnsent } from './pending-messages.js';

export type UnsentMessage = Pick<PendingMessage, 'id' | 'content' | 'at'>;
export type TextStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

export interface UnsentStorage {
  readonly load: () => ReadonlyMap<string, readonly UnsentMessage[]>;
  readonly save: (pending: ReadonlyMap<string, readonly PendingMessage[]>) => void;
}

export function createUnsentStorage(storage: TextStorage, userId: string): UnsentStorage {
  const key = `parley.unsent.${userId}`;
  return {
    load: () => parse(storage.getItem(key)),
    save(pending) {
      const unsent = [...pending]
        .map(
          ([id, list]) => [id, listUnsent(list).map(({ id, content, at }) => ({ id, content, at }))] as const,
        )
        .filter(([, list]) => list.length > 0);
      if (unsent.length === 0) storage.removeItem(key);
      else storage.setItem(key, JSON.stringify(unsent));
    },
  };
}

function parse(text: string | null): ReadonlyMap<string, readonly UnsentMessage[]> {
  if (text === null) return new Map();
  try {
    const entries: unknown = JSON.parse(text);
    return new Map(Array.isArray(entries) ? entries.filter(isEntry) : []);
  } catch {
    // Somebody else wrote under our key: nothing of ours is in it.
    return new Map();
  }
}

function isEntry(entry: unknown): entry is [string, UnsentMessage[]] {
  if (!Array.isArray(entry)) return false;
  const [id, list] = entry as unknown[];
  return typeof id === 'string' && Array.isArray(list) && list.every(isUnsent);
}

function isUnsent(value: unknown): value is UnsentMessage {
  return (
    typeof value === 'object' &&
    value !== null &&
    ['id', 'content', 'at'].every((field) => typeof (value as Record<string, unknown>)[field] === 'string')
  );
}
