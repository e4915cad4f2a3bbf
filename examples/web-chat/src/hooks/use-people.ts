import type { ConversationSummary, User } from '@parley/client-sdk';
import { otherUserId, titleOf } from '../text/names.js';
import { useChatSession, useChatState } from './store-context.js';

export function useMeId(): string {
  return useChatSession().store.state.getSnapshot().meId;
}

export function useUser(id: string | undefined): User | undefined {
  return useChatState((state) => (id === undefined ? undefined : state.users.get(id)));
}

/** What a conversation is called on the screen. */
export function useTitle(conversation: ConversationSummary): string {
  return titleOf(conversation, useUser(otherUserId(conversation, useMeId())));
}
