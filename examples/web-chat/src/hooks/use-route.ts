import { useSyncExternalStore } from 'react';

/**
 * The address says which conversation is open: `#/c/<id>`, or the list alone. A hash, so that any server of static files will do, and the
 * browser's back button leads from a conversation to the list.
 */
export function useOpenConversationId(): string | undefined {
  const hash = useSyncExternalStore(subscribe, () => location.hash);
  return /^#\/c\/([0-9a-f-]{36})$/.exec(hash)?.[1];
}

export function conversationHref(id: string): string {
  return `#/c/${id}`;
}

export const listHref = '#/';

export function openConversation(id: string): void {
  location.hash = conversationHref(id);
}

function subscribe(listener: () => void): () => void {
  addEventListener('hashchange', listener);
  return () => removeEventListener('hashchange', listener);
}
