import type { ConversationId, Message, MessageId, UserId } from '@parley/protocol';
import { type RawBuilder, sql } from 'kysely';
import { isVisibleTo } from '../access/membership.store.js';
import type { Executor } from '../db/database.js';
import { iso } from './time.js';

/** The columns of a message, read from the alias `m`. */
export const messageColumns: RawBuilder<MessageRow> = sql`
  m.conversation_id, m.id, m.seq, m.rev, m.ord, m.thread_id, m.reply_to_id, m.sender_id, m.content, m.metadata, m.reactions,
  ${iso('m.at')} as at, ${iso('m.edited_at')} as edited_at, ${iso('m.deleted_at')} as deleted_at`;

export interface MessageRow {
  readonly conversation_id: ConversationId;
  readonly id: MessageId;
  readonly seq: number;
  readonly rev: number;
  readonly ord: number;
  readonly thread_id: MessageId | null;
  readonly reply_to_id: MessageId | null;
  readonly sender_id: UserId;
  /** Null once it is deleted. */
  readonly content: string | null;
  readonly metadata: Message['metadata'];
  readonly reactions: Message['reactions'] | null;
  readonly at: string;
  readonly edited_at: string | null;
  readonly deleted_at: string | null;
}

/** A row as everybody gets it. */
export function toMessage(row: MessageRow): Message {
  return {
    id: row.id,
    conversationId: row.conversation_id,
    seq: row.seq,
    rev: row.rev,
    ord: row.ord,
    threadId: row.thread_id,
    replyToId: row.reply_to_id,
    senderId: row.sender_id,
    type: 'text',
    content: row.content ?? '',
    metadata: row.metadata,
    reactions: row.reactions ?? [],
    at: row.at,
    editedAt: row.edited_at,
    deletedAt: row.deleted_at,
  };
}

/** The messages with these ids, in no order; unknown ids are left out. */
export async function listMessagesById(
  db: Executor,
  conversationId: ConversationId,
  ids: readonly string[],
): Promise<Message[]> {
  const { rows } = await sql<MessageRow>`
    select ${messageColumns} from parley.messages m
    where m.conversation_id = ${conversationId} and m.id = any(${sql.val([...ids])}::uuid[])`.execute(db);
  return rows.map(toMessage);
}

/** The same, as far as the viewer may see them. */
export async function listVisibleMessages(
  db: Executor,
  place: { readonly conversationId: ConversationId; readonly viewer: { readonly userId: UserId } },
  ids: readonly string[],
): Promise<Message[]> {
  const { conversationId, viewer } = place;
  const { rows } = await sql<MessageRow>`
    select ${messageColumns} from parley.messages m
    where m.conversation_id = ${conversationId} and m.id = any(${sql.val([...ids])}::uuid[])
      and ${isVisibleTo(viewer, conversationId)}`.execute(db);
  return rows.map(toMessage);
}
