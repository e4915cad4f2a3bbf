import type { Message, Role, UserId } from '@parley/protocol';
import { sql } from 'kysely';
import { roleOf } from '../../access/membership.store.js';
import type { Tx } from '../../db/database.js';
import { type MessageRow, messageColumns, toMessage } from '../../eventlog/message-row.js';
import type { Operation, PlacedOperation } from '../../kernel/command.js';

export interface MessageRestoring {
  readonly messageId: Message['id'];
}

export interface Restorable {
  readonly senderId: UserId;
  readonly deletedBy: UserId | null;
  /** The lowest for somebody who has left. */
  readonly deleterRole: Role;
}

/** The deleted messages operations are about whose words are still kept, by `<conversation> <id>`. */
export async function listRestorable(
  tx: Tx,
  operations: readonly Operation<MessageRestoring>[],
): Promise<ReadonlyMap<string, Restorable>> {
  const { rows } = await sql<{
    conversation_id: string;
    id: string;
    sender_id: UserId;
    deleted_by: UserId | null;
    deleter_role: number | null;
  }>`
    select m.conversation_id, m.id, m.sender_id, k.deleted_by, d.role as deleter_role
    from unnest(${sql.val(operations.map((operation) => operation.conversationId))}::uuid[],
      ${sql.val(operations.map((operation) => operation.payload.messageId))}::uuid[]) as t(conversation, id)
    join parley.messages m on m.conversation_id = t.conversation and m.id = t.id and m.deleted_at is not null
    cross join lateral (
      select x.deleted_by, x.purge_at from parley.message_versions x
      where x.conversation_id = m.conversation_id and x.message_id = m.id order by x.rev desc limit 1
    ) k
    left join parley.members d on d.conversation_id = m.conversation_id and d.user_id = k.deleted_by and d.status = 1
    where k.purge_at > clock_timestamp()`.execute(tx);
  return new Map(
    rows.map((row) => [
      `${row.conversation_id} ${row.id}`,
      {
        senderId: row.sender_id,
        deletedBy: row.deleted_by,
        deleterRole: roleOf(row.deleter_role ?? 0),
      },
    ]),
  );
}

/**
 * Gives deleted messages their latest words back, which are no version then, and keeps the earlier ones as their history. A reply counts in its thread
 * again. Returns the messages in the order of the operations.
 */
export async function unblankMessages(
  tx: Tx,
  operations: readonly PlacedOperation<MessageRestoring>[],
): Promise<Message[]> {
  const column = (read: (operation: PlacedOperation<MessageRestoring>) => string | number) =>
    sql.val(operations.map(read));
  const { rows } = await sql<MessageRow>`
    with input as (
      select t.*, v.rev, v.content, v.metadata
      from unnest(${column(({ conversationId }) => conversationId)}::uuid[],
        ${column(({ payload }) => payload.messageId)}::uuid[], ${column(({ seq }) => seq)}::bigint[]) as t(conversation, id, seq)
      cross join lateral (
        select x.rev, x.content, x.metadata from parley.message_versions x
        where x.conversation_id = t.conversation and x.message_id = t.id order by x.rev desc limit 1
      ) v
    ),
    taken as (
      delete from parley.message_versions v using input t
      where v.conversation_id = t.conversation and v.message_id = t.id and v.rev = t.rev
    ),
    earlier as (
      update parley.message_versions v set purge_at = null, deleted_by = null
      from input t where v.conversation_id = t.conversation and v.message_id = t.id and v.rev <> t.rev
    ),
    counted as (
      update parley.thread_heads th set reply_count = th.reply_count + c.n, rev = c.seq
      from (
        select m.conversation_id, m.thread_id, count(*) as n, max(t.seq) as seq
        from input t join parley.messages m on m.conversation_id = t.conversation and m.id = t.id
        where m.thread_id is not null group by 1, 2
      ) c where th.conversation_id = c.conversation_id and th.root_id = c.thread_id
    )
    update parley.messages m set content = t.content, metadata = t.metadata, rev = t.seq, deleted_at = null
    from input t where m.conversation_id = t.conversation and m.id = t.id
    returning ${messageColumns}`.execute(tx);
  const messages = new Map(rows.map((row) => [`${row.conversation_id} ${row.id}`, toMessage(row)]));
  return operations.flatMap(
    ({ conversationId, payload }) => messages.get(`${conversationId} ${payload.messageId}`) ?? [],
  );
}
