import type { Conversation, ConversationId, ConversationSummary, UserId } from '@parley/protocol';
import { sql } from 'kysely';
import type { Actor } from '../../access/actor.js';
import { visibleFrom } from '../../access/membership.store.js';
import type { Executor, Tx } from '../../db/database.js';
import {
  type ConversationRow,
  conversationColumns,
  conversationTypes,
  type SummaryRow,
  summaryColumns,
  toConversation,
  toSummary,
} from './conversation-row.js';

export async function findConversation(
  db: Executor,
  conversationId: ConversationId,
): Promise<Conversation | undefined> {
  const { rows } = await sql<ConversationRow>`
    select ${conversationColumns} from parley.conversations c
    join parley.conversation_heads h on h.conversation_id = c.id where c.id = ${conversationId}`.execute(db);
  return rows[0] === undefined ? undefined : toConversation(rows[0]);
}

/** The conversation as a row of the actor's list, or undefined unless they are a member. */
export async function findSummary(
  db: Executor,
  actor: Actor,
  conversationId: ConversationId,
): Promise<ConversationSummary | undefined> {
  const { rows } = await sql<SummaryRow>`
    select ${summaryColumns}
    from parley.conversation_heads h
    join parley.members me on me.conversation_id = h.conversation_id and me.user_id = ${actor.userId} and me.status = 1
    join parley.conversations c on c.id = h.conversation_id
    left join parley.messages m on m.conversation_id = h.conversation_id and m.seq = h.last_message_seq
      and m.seq >= ${sql.raw(visibleFrom('me'))}
    where h.conversation_id = ${conversationId} and h.tenant_id = ${actor.tenantId} and h.state <> 2`.execute(
    db,
  );
  return rows[0] === undefined ? undefined : toSummary(rows[0]);
}

export interface ListPosition {
  /** ISO 8601 with microseconds. */
  readonly at: string;
  readonly id: string;
}

/** The actor's conversations, latest activity first, from a position on. */
export async function listSummaries(
  db: Executor,
  actor: Actor,
  page: { readonly after: ListPosition | undefined; readonly limit: number },
): Promise<ConversationSummary[]> {
  const after =
    page.after === undefined
      ? sql`true`
      : sql`(h.last_activity_at, h.conversation_id) < (${page.after.at}::timestamptz, ${page.after.id}::uuid)`;
  // The page is cut before conversations and messages are looked up: 500 memberships cost 500 heads, not 500 messages.
  const { rows } = await sql<SummaryRow>`
    with h as materialized (
      select h.*, me.joined_seq, me.read_seq, me.read_ord, me.delivered_seq, me.unread_from_seq from parley.members me
      join parley.conversation_heads h on h.conversation_id = me.conversation_id
      where me.user_id = ${actor.userId} and me.status = 1 and h.tenant_id = ${actor.tenantId} and h.state <> 2 and ${after}
      order by h.last_activity_at desc, h.conversation_id desc limit ${page.limit}
    )
    select ${summaryColumns} from h
    cross join lateral (select h.joined_seq, h.read_seq, h.read_ord, h.delivered_seq, h.unread_from_seq) me
    join parley.conversations c on c.id = h.conversation_id
    left join parley.messages m on m.conversation_id = h.conversation_id and m.seq = h.last_message_seq
      and m.seq >= ${sql.raw(visibleFrom('me'))}
    order by h.last_activity_at desc, h.conversation_id desc`.execute(db);
  return rows.map(toSummary);
}

export interface NewConversation {
  readonly id: ConversationId;
  readonly type: Conversation['type'];
  readonly name: string | null;
  readonly description: string | null;
  readonly metadata: Conversation['metadata'] | null;
  readonly createdBy: UserId;
  readonly createdAt: string;
  readonly memberCount: number;
  readonly directUserIds: readonly UserId[] | null;
  readonly rev: number;
}

export async function insertConversation(tx: Tx, conversation: NewConversation): Promise<void> {
  const directUserIds = conversation.directUserIds === null ? null : [...conversation.directUserIds];
  await sql`
    insert into parley.conversations
      (id, type, name, description, metadata, created_by, created_at, member_count, direct_user_ids, rev)
    values (${conversation.id}, ${conversationTypes.indexOf(conversation.type)}, ${conversation.name},
      ${conversation.description}, ${conversation.metadata === null ? null : JSON.stringify(conversation.metadata)}::jsonb,
      ${conversation.createdBy}, ${conversation.createdAt}::timestamptz, ${conversation.memberCount},
      ${sql.val(directUserIds)}::uuid[], ${conversation.rev})`.execute(tx);
}
