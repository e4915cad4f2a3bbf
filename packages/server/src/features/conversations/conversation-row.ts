import type { Conversation, ConversationId, ConversationSummary, UserId } from '@parley/protocol';
import { type RawBuilder, sql } from 'kysely';
import { type MessageRow, toMessage } from '../../eventlog/message-row.js';
import { iso } from '../../eventlog/time.js';

/** How the database stores a type. Never renumber. */
export const conversationTypes = ['direct', 'group'] as const satisfies readonly Conversation['type'][];

/** The columns of a conversation, read from the alias `c`. */
export const conversationColumns: RawBuilder<ConversationRow> = sql`
  c.id, c.type, c.name, c.description, c.metadata, c.created_by, ${iso('c.created_at')} as created_at, c.member_count,
  c.direct_user_ids, c.rev`;

export interface ConversationRow {
  readonly id: ConversationId;
  readonly type: number;
  readonly name: string | null;
  readonly description: string | null;
  readonly metadata: Conversation['metadata'];
  readonly created_by: UserId;
  readonly created_at: string;
  readonly member_count: number;
  readonly direct_user_ids: UserId[] | null;
  readonly rev: number;
}

export function toConversation(row: ConversationRow): Conversation {
  return {
    id: row.id,
    type: conversationTypes[row.type] ?? 'group',
    name: row.name,
    description: row.description,
    metadata: row.metadata,
    createdBy: row.created_by,
    createdAt: row.created_at,
    memberCount: row.member_count,
    directUserIds: row.direct_user_ids,
    rev: row.rev,
  };
}

/** What the list needs beside the conversation: from the head `h` and its latest message `m`, which may be missing. */
export const summaryColumns: RawBuilder<SummaryRow> = sql`
  ${conversationColumns}, h.last_seq, ${iso('h.last_activity_at')} as last_activity_at,
  m.id as message_id, m.seq as message_seq, m.rev as message_rev, m.ord as message_ord, m.sender_id, m.content,
  m.metadata as message_metadata, ${iso('m.at')} as message_at`;

export interface SummaryRow extends ConversationRow {
  readonly last_seq: number;
  readonly last_activity_at: string;
  readonly message_id: MessageRow['id'] | null;
  readonly message_seq: number;
  readonly message_rev: number;
  readonly message_ord: number;
  readonly sender_id: UserId;
  readonly content: string;
  readonly message_metadata: MessageRow['metadata'];
  readonly message_at: string;
}

export function toSummary(row: SummaryRow): ConversationSummary {
  return {
    ...toConversation(row),
    lastSeq: row.last_seq,
    lastActivityAt: row.last_activity_at,
    lastMessage:
      row.message_id === null
        ? null
        : toMessage({
            conversation_id: row.id,
            id: row.message_id,
            seq: row.message_seq,
            rev: row.message_rev,
            ord: row.message_ord,
            sender_id: row.sender_id,
            content: row.content,
            metadata: row.message_metadata,
            at: row.message_at,
          }),
  };
}
