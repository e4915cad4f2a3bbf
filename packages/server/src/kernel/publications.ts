import type { EventOf } from '@parley/protocol';
import type { Publication } from '../fanout/broker.js';
import type { AppliedSend } from './batcher.js';

/** The applied messages of a flush as one publication a conversation, each in the order of seq. */
export function toPublications(applied: readonly AppliedSend[]): Publication[] {
  const byConversation = new Map<string, EventOf<'message.created'>[]>();
  for (const send of applied) {
    const { conversationId } = send.operation;
    const events = byConversation.get(conversationId);
    if (events === undefined) byConversation.set(conversationId, [toEvent(send)]);
    else events.push(toEvent(send));
  }
  return [...byConversation.values()].flatMap((events) => {
    const [first] = events;
    if (first === undefined) return [];
    return [
      { conversationId: first.conversationId, events: events.sort((one, other) => one.seq - other.seq) },
    ];
  });
}

/** The event everybody gets; the same a reader of the log will find. */
function toEvent({ operation, seq, ord, at }: AppliedSend): EventOf<'message.created'> {
  const { conversationId, senderId, id, content, metadata } = operation;
  return {
    kind: 'message.created',
    conversationId,
    seq,
    at,
    actorId: senderId,
    data: {
      id,
      conversationId,
      seq,
      rev: seq,
      ord,
      senderId,
      type: 'text',
      content,
      // It was an object before it was made into text for the database.
      metadata: metadata === null ? null : (JSON.parse(metadata) as Record<string, unknown>),
      at,
    },
  };
}
