import type { EventOf } from '@parley/protocol';
import type { SendOperation } from '../eventlog/send.js';

/** The event of a plain message, without reading it back: the same a reader of the log will find. */
export function toMessageEvent(
  { conversationId, senderId, id, content, metadata }: SendOperation,
  { seq, ord, at }: { readonly seq: number; readonly ord: number; readonly at: string },
): EventOf<'message.created'> {
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
      threadId: null,
      replyToId: null,
      senderId,
      type: 'text',
      content,
      // It was an object before it was made into text for the database.
      metadata: metadata === null ? null : (JSON.parse(metadata) as Record<string, unknown>),
      reactions: [],
      at,
      editedAt: null,
      deletedAt: null,
    },
  };
}
