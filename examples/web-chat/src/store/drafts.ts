import type { TextStorage } from './safe-storage.js';

/** What was typed and not sent, by conversation; kept for as long as the tab lives, reloads included. */
export interface Drafts {
  readonly read: (conversationId: string) => string;
  readonly write: (conversationId: string, text: string) => void;
}

export function createDrafts(storage: TextStorage, userId: string): Drafts {
  const keyOf = (conversationId: string) => `parley.draft.${userId}.${conversationId}`;
  return {
    read: (conversationId) => storage.getItem(keyOf(conversationId)) ?? '',
    write(conversationId, text) {
      if (text.trim() === '') storage.removeItem(keyOf(conversationId));
      else storage.setItem(keyOf(conversationId), text);
    },
  };
}
