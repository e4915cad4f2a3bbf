import type { ChatEvent, ConversationId } from '@parley/protocol';
import type { Publication } from '../fanout/broker.js';

/** The events of a flush as one publication a conversation, each in the order of seq. */
export function toPublications(events: readonly ChatEvent[]): Publication[] {
  const byConversation = new Map<ConversationId, ChatEvent[]>();
  for (const event of events) {
    const others = byConversation.get(event.conversationId);
    if (others === undefined) byConversation.set(event.conversationId, [event]);
    else others.push(event);
  }
  return [...byConversation].map(([conversationId, ofOne]) => ({
    conversationId,
    events: ofOne.sort((one, other) => one.seq - other.seq),
  }));
}
