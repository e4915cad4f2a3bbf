import type { ChatEvent, ConversationId } from '@parley/protocol';
import type { Publication } from '../fanout/broker.js';
import { toRuns } from '../fanout/from-log.js';

/** The events of a flush as one publication a conversation, each in the order of seq; those that not all may be told are publications of their own. */
export function toPublications(
  events: readonly ChatEvent[],
  withheld: ReadonlySet<ChatEvent>,
): Publication[] {
  const byConversation = new Map<ConversationId, ChatEvent[]>();
  for (const event of events) {
    const others = byConversation.get(event.conversationId);
    if (others === undefined) byConversation.set(event.conversationId, [event]);
    else others.push(event);
  }
  return [...byConversation].flatMap(([conversationId, ofOne]) => {
    const inOrder = ofOne.sort((one, other) => one.seq - other.seq);
    return withheld.size === 0
      ? { conversationId, events: inOrder }
      : toRuns(inOrder, (event) => withheld.has(event));
  });
}
