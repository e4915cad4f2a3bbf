import type { ConversationId, Message, MessageId, UserId } from '@parley/protocol';
import { type RawBuilder, sql } from 'kysely';
import { iso } from './time.js';

/** The columns of a message, read from the alias `m`. */
export const messageColumns: RawBuilder<MessageRow> = sql`
  m.conversation_id, m.id, m.seq, m.rev, m.ord, m.sender_id, m.content, m.metadata, ${iso('m.at')} as at`;

export interface MessageRow {
  readonly conversation_id: ConversationId;
  readonly id: MessageId;
  readonly seq: number;
  readonly rev: number;
  readonly ord: number;
  readonly sender_id: UserId;
  readonly content: string;
  readonly metadata: Message['metadata'];
  readonly at: string;
}

/** A row as everybody gets it. */
export function toMessage(row: MessageRow): Message {
  return {
    id: row.id,
    conversationId: row.conversation_id,
    seq: row.seq,
    rev: row.rev,
    ord: row.ord,
    senderId: row.sender_id,
    type: 'text',
    content: row.content,
    metadata: row.metadata,
    at: row.at,
  };
}
