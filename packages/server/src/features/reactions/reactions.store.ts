import type { ConversationId, Message, MessageId, Reaction, UserId } from '@parley/protocol';
import { type RawBuilder, sql } from 'kysely';
import type { Executor, Tx } from '../../db/database.js';
import { type MessageRow, messageColumns, toMessage } from '../../eventlog/message-row.js';
import { iso } from '../../eventlog/time.js';
import type { Operation, PlacedOperation } from '../../kernel/command.js';

export interface ReactionChange {
  readonly messageId: MessageId;
  readonly emoji: string;
}

/** The emojis under the messages of operations, by `<conversation> <id>`; messages that are not there or are deleted are left out. */
export async function listReactedMessages(
  tx: Tx,
  operations: readonly Operation<ReactionChange>[],
): Promise<Map<string, Set<string>>> {
  const { rows } = await sql<{
    conversation_id: string;
    id: string;
    reactions: Message['reactions'] | null;
  }>`
    select distinct on (m.conversation_id, m.id) m.conversation_id, m.id, m.reactions
    from unnest(${sql.val(operations.map((operation) => operation.conversationId))}::uuid[],
      ${sql.val(operations.map((operation) => operation.payload.messageId))}::uuid[]) as t(conversation, id)
    join parley.messages m on m.conversation_id = t.conversation and m.id = t.id
    where m.deleted_at is null`.execute(tx);
  return new Map(
    rows.map((row) => [
      `${row.conversation_id} ${row.id}`,
      new Set((row.reactions ?? []).map(({ emoji }) => emoji)),
    ]),
  );
}

/** Adds reactions and counts them on their messages. A reaction that is there already moves only its rev. Returns the messages by `<conversation> <id>`. */
export async function insertReactions(
  tx: Tx,
  operations: readonly PlacedOperation<ReactionChange>[],
): Promise<ReadonlyMap<string, Message>> {
  return updateMessages(
    tx,
    sql`
    with ${input(operations)},
    written as (
      insert into parley.reactions as r (conversation_id, message_id, user_id, emoji, rev, at)
      select conversation, message, actor, emoji, seq, at from input
      on conflict (conversation_id, message_id, user_id, emoji) do update set
        rev = excluded.rev, at = case when r.is_removed then excluded.at else r.at end, is_removed = false
    ),
    delta as (
      select t.conversation, t.message, t.emoji, count(*) as n, min(t.seq) as first
      from input t left join parley.reactions b on b.conversation_id = t.conversation and b.message_id = t.message
        and b.user_id = t.actor and b.emoji = t.emoji
      where b.rev is null or b.is_removed group by t.conversation, t.message, t.emoji
    )`,
  );
}

/** Takes reactions back. Where there is none nothing changes but the message's rev. Returns the messages by `<conversation> <id>`. */
export async function markReactionsRemoved(
  tx: Tx,
  operations: readonly PlacedOperation<ReactionChange>[],
): Promise<ReadonlyMap<string, Message>> {
  return updateMessages(
    tx,
    sql`
    with ${input(operations)},
    written as (
      update parley.reactions r set is_removed = true, rev = t.seq
      from input t where r.conversation_id = t.conversation and r.message_id = t.message and r.user_id = t.actor
        and r.emoji = t.emoji and not r.is_removed
      returning r.conversation_id, r.message_id, r.emoji
    ),
    delta as (
      select w.conversation_id as conversation, w.message_id as message, w.emoji, -count(*) as n, 0 as first
      from written w group by w.conversation_id, w.message_id, w.emoji
    )`,
  );
}

/** The operations as rows: of several by one person with one emoji the last. */
function input(operations: readonly PlacedOperation<ReactionChange>[]): RawBuilder<unknown> {
  const column = (read: (operation: PlacedOperation<ReactionChange>) => string | number) =>
    sql.val(operations.map(read));
  return sql`input as (
      select distinct on (conversation, message, actor, emoji) *
      from unnest(${column(({ conversationId }) => conversationId)}::uuid[], ${column(({ payload }) => payload.messageId)}::uuid[],
        ${column(({ actorId }) => actorId)}::uuid[], ${column(({ payload }) => payload.emoji)}::text[],
        ${column(({ seq }) => seq)}::bigint[], ${column(({ at }) => at)}::timestamptz[])
        as t(conversation, message, actor, emoji, seq, at)
      order by conversation, message, actor, emoji, seq desc
    )`;
}

/** Counts `delta` into the summaries, in the order of first use, and moves the revs. */
async function updateMessages(tx: Tx, statement: RawBuilder<unknown>): Promise<ReadonlyMap<string, Message>> {
  const { rows } = await sql<MessageRow>`
    ${statement}
    update parley.messages m set
      rev = greatest(m.rev, t.seq),
      reactions = (
        select jsonb_agg(jsonb_build_object('emoji', c.emoji, 'count', c.n) order by c.place) from (
          select e.emoji, sum(e.n) as n, min(e.place) as place from (
            select value ->> 'emoji' as emoji, (value ->> 'count')::bigint as n, ordinality as place
            from jsonb_array_elements(coalesce(m.reactions, '[]')) with ordinality
            union all
            select d.emoji, d.n, 1000000 + d.first from delta d
            where d.conversation = m.conversation_id and d.message = m.id
          ) e group by e.emoji having sum(e.n) > 0
        ) c
      )
    from (select conversation, message, max(seq) as seq from input group by conversation, message) t
    where m.conversation_id = t.conversation and m.id = t.message
    returning ${messageColumns}`.execute(tx);
  return new Map(rows.map((row) => [`${row.conversation_id} ${row.id}`, toMessage(row)]));
}

/** Takes back every reaction to deleted messages, whose summaries are gone with the rest of them. */
export async function dropReactionsOf(
  tx: Tx,
  deleted: readonly {
    readonly conversationId: ConversationId;
    readonly messageId: string;
    readonly seq: number;
  }[],
): Promise<void> {
  await sql`
    update parley.reactions r set is_removed = true, rev = t.seq
    from unnest(${sql.val(deleted.map((entry) => entry.conversationId))}::uuid[],
      ${sql.val(deleted.map((entry) => entry.messageId))}::uuid[], ${sql.val(deleted.map((entry) => entry.seq))}::bigint[])
      as t(conversation, message, seq)
    where r.conversation_id = t.conversation and r.message_id = t.message and not r.is_removed`.execute(tx);
}

/** Somebody's reactions to messages of a conversation, first given first. */
export async function listOwnReactions(
  db: Executor,
  userId: UserId,
  of: { readonly conversationId: ConversationId; readonly messageIds: readonly string[] },
): Promise<{ readonly message_id: MessageId; readonly emoji: string }[]> {
  const { rows } = await sql<{ message_id: MessageId; emoji: string }>`
    select r.message_id, r.emoji from parley.reactions r
    where r.conversation_id = ${of.conversationId} and r.message_id = any(${sql.val([...of.messageIds])}::uuid[])
      and r.user_id = ${userId} and not r.is_removed order by r.at, r.emoji`.execute(db);
  return rows;
}

/** What reactions of a conversation stand at these seqs, which are their latest changes. */
export async function listEmojisAt(
  db: Executor,
  conversationId: ConversationId,
  entries: readonly { readonly seq: number; readonly messageId: string; readonly actorId: UserId | null }[],
): Promise<ReadonlyMap<number, string>> {
  const { rows } = await sql<{ rev: number; emoji: string }>`
    select r.rev, r.emoji
    from unnest(${sql.val(entries.map((entry) => entry.messageId))}::uuid[], ${sql.val(entries.map((entry) => entry.actorId))}::uuid[],
      ${sql.val(entries.map((entry) => entry.seq))}::bigint[]) as t(message, actor, seq)
    join parley.reactions r on r.conversation_id = ${conversationId} and r.message_id = t.message and r.user_id = t.actor
      and r.rev = t.seq`.execute(db);
  return new Map(rows.map((row) => [row.rev, row.emoji]));
}

export interface ReactionPosition {
  /** ISO 8601 with microseconds. */
  readonly at: string;
  readonly userId: string;
  readonly emoji: string;
}

/** Reactions to a message in the order they were given, from a position on. */
export async function listReactionsTo(
  db: Executor,
  message: { readonly conversationId: ConversationId; readonly messageId: MessageId },
  page: {
    readonly emoji: string | undefined;
    readonly after: ReactionPosition | undefined;
    readonly limit: number;
  },
): Promise<Reaction[]> {
  const ofEmoji = page.emoji === undefined ? sql`` : sql`and r.emoji = ${page.emoji}`;
  const after =
    page.after === undefined
      ? sql``
      : sql`and (r.at, r.user_id, r.emoji) > (${page.after.at}::timestamptz, ${page.after.userId}::uuid, ${page.after.emoji})`;
  const { rows } = await sql<{ emoji: string; user_id: UserId; at: string }>`
    select r.emoji, r.user_id, ${iso('r.at')} as at from parley.reactions r
    where r.conversation_id = ${message.conversationId} and r.message_id = ${message.messageId} and not r.is_removed ${ofEmoji} ${after}
    order by r.at, r.user_id, r.emoji limit ${page.limit}`.execute(db);
  return rows.map((row) => ({ emoji: row.emoji, userId: row.user_id, at: row.at }));
}
