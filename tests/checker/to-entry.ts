import type { ChatEvent, Message } from '@parley/protocol/wire';
import type { LogEntry } from './run-history.js';

/** An event as the checker sees it, from a page of the log or told to a client. */
export function toEntry(event: ChatEvent): LogEntry {
  const { conversationId, seq, kind, actorId } = event;
  const message = messageOf(event);
  const targetIds = message === undefined ? peopleOf(event) : [message.id];
  return { conversationId, seq, kind, actorId, targetIds, ...(message === undefined ? {} : { message }) };
}

/** The message an event is about, without what the checker does not look at. */
function messageOf(event: ChatEvent): LogEntry['message'] {
  const message = fullMessageOf(event);
  if (message === undefined) return undefined;
  const { id, rev, content, deletedAt } = message;
  return { id, rev, content, deletedAt };
}

function fullMessageOf(event: ChatEvent): Message | undefined {
  switch (event.kind) {
    case 'message.created':
    case 'message.updated':
    case 'message.deleted':
      return event.data;
    case 'reaction.added':
    case 'reaction.removed':
      return event.data.message;
    default:
      return undefined;
  }
}

function peopleOf(event: ChatEvent): readonly string[] {
  if (event.kind === 'members.removed') return event.data.userIds;
  if (
    event.kind === 'members.added' ||
    event.kind === 'members.updated' ||
    event.kind === 'conversation.created'
  )
    return event.data.members.map(({ userId }) => userId);
  return [];
}
