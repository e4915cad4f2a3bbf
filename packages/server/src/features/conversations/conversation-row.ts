import {
  type Conversation,
  type ConversationId,
  type ConversationSummary,
  type Role,
  roles,
  type UserId,
} from '@parley/protocol';
import { type RawBuilder, sql } from 'kysely';
import { type MessageRow, messageColumns, toMessage } from '../../eventlog/message-row.js';
import { iso } from '../../eventlog/time.js';
import { unreadCount } from '../../eventlog/unread-count.js';

/** How the database stores a type. Never renumber. */
export const conversationTypes = ['direct', 'group'] as const satisfies readonly Conversation['type'][];

/** The columns of a conversation, read from the alias `c`, and of its head, from `h`. */
export const conversationColumns: RawBuilder<ConversationRow> = sql`
  c.id, c.type, c.name, c.description, c.avatar_url, h.state, h.hidden_below, h.role_rights, c.metadata, c.created_by, ${iso('c.created_at')} as created_at, c.member_count,
  c.direct_user_ids, c.rev`;

export interface ConversationRow {
  readonly id: ConversationId;
  readonly type: number;
  readonly name: string | null;
  readonly description: string | null;
  readonly avatar_url: string | null;
  readonly state: number;
  readonly hidden_below: number;
  readonly role_rights: readonly number[];
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
    avatarUrl: row.avatar_url,
    state: row.state === 0 ? 'active' : 'archived',
    settings: {
      history: row.hidden_below > 0 ? 'since_join' : 'all',
      roleRights: { member: 0, moderator: 0, admin: 0, owner: 0, ...byRole(row.role_rights) },
    },
    metadata: row.metadata,
    createdBy: row.created_by,
    createdAt: row.created_at,
    memberCount: row.member_count,
    directUserIds: row.direct_user_ids,
    rev: row.rev,
  };
}

/** Stored in the order of the roles. */
function byRole(rights: readonly number[]): Partial<Record<Role, number>> {
  return Object.fromEntries(roles.map((role, position) => [role, rights[position] ?? 0]));
}

const ownUnreadCount = unreadCount({
  conversationId: 'h.conversation_id',
  lastOrd: 'h.last_ord',
  readOrd: 'greatest(me.read_ord, h.floor_ord)',
});

/**
 * What the list needs beside the conversation: from the head `h`, the caller's member row `me`, and the latest message `m`, which may be missing, as one
 * value.
 */
export const summaryColumns: RawBuilder<SummaryRow> = sql`
  ${conversationColumns}, h.last_seq, ${iso('h.last_activity_at')} as last_activity_at,
  me.read_seq, me.delivered_seq, me.unread_from_seq, ${sql.raw(ownUnreadCount)} as unread_count,
  case when m.id is not null then (select to_jsonb(x) from (select ${messageColumns}) x) end as last_message`;

export interface SummaryRow extends ConversationRow {
  readonly last_seq: number;
  readonly last_activity_at: string;
  readonly read_seq: number;
  readonly delivered_seq: number;
  readonly unread_from_seq: number | null;
  readonly unread_count: number;
  readonly last_message: MessageRow | null;
}

export function toSummary(row: SummaryRow): ConversationSummary {
  return {
    ...toConversation(row),
    lastSeq: row.last_seq,
    lastActivityAt: row.last_activity_at,
    lastMessage: row.last_message === null ? null : toMessage(row.last_message),
    mine: {
      readSeq: row.read_seq,
      deliveredSeq: row.delivered_seq,
      unreadCount: row.unread_count,
      unreadFromSeq: row.unread_from_seq,
    },
  };
}
