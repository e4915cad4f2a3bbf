import type { ChatEvent, ConversationId } from '@parley/protocol';

/** An entry of a log for tests that carry events and do not look into them. */
export function fakeEvent(conversationId: ConversationId, seq: number, at = ''): ChatEvent {
  // The data is whatever the kind says; nobody here reads it.
  return {
    kind: 'members.removed',
    conversationId,
    seq,
    at,
    actorId: null,
    data: { userIds: [] },
  } as unknown as ChatEvent;
}
