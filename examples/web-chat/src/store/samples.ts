/** Values for the tests of the store. */
import type {
  ClientEvents,
  ConversationId,
  ConversationSummary,
  Message,
  MessageId,
  UserId,
} from '@parley/client-sdk';

// Ids are plain strings with a brand: any text serves a test.
export const me = 'me' as UserId;
export const kenji = 'kenji' as UserId;
export const harbor = 'harbor' as ConversationId;

/** A message of Kenji in `harbor`; `seq` and `ord` are `n`, and minutes follow each other. */
export function sampleMessage(n: number, change: Partial<Message> = {}): Message {
  return {
    id: `m${n}` as MessageId,
    conversationId: harbor,
    seq: n,
    rev: n,
    ord: n,
    threadId: null,
    replyToId: null,
    senderId: kenji,
    type: 'text',
    content: `message ${n}`,
    metadata: null,
    reactions: [],
    at: new Date(2026, 5, 18, 9, n).toISOString(),
    editedAt: null,
    deletedAt: null,
    ...change,
  };
}

export function sampleSummary(change: Partial<ConversationSummary> = {}): ConversationSummary {
  const at = new Date(2026, 5, 18, 9, 0).toISOString();
  return {
    id: harbor,
    type: 'group',
    name: 'Harbor launch',
    description: null,
    avatarUrl: null,
    state: 'active',
    settings: { history: 'all', roleRights: { member: 243, moderator: 1783, admin: 2047, owner: 2047 } },
    metadata: null,
    createdBy: me,
    createdAt: at,
    memberCount: 2,
    directUserIds: null,
    rev: 1,
    lastSeq: 1,
    lastMessage: null,
    lastActivityAt: at,
    mine: { readSeq: 1, deliveredSeq: 1, unreadCount: 0, unreadFromSeq: null },
    ...change,
  };
}

export function createdEvent(message: Message): ClientEvents['message.created'] {
  return {
    kind: 'message.created',
    conversationId: message.conversationId,
    seq: message.seq,
    at: message.at,
    actorId: message.senderId,
    data: message,
    isCatchUp: false,
    isOwn: message.senderId === me,
  };
}
