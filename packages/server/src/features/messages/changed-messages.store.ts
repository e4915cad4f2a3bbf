import type { Message, Role, UserId } from '@parley/protocol';
import { sql } from 'kysely';
import { roleOf } from '../../access/membership.store.js';
import type { Tx } from '../../db/database.js';
import { type MessageRow, messageColumns, toMessage } from '../../eventlog/message-row.js';
import type { Operation, PlacedOperation } from '../../kernel/command.js';

export interface MessageEdit {
  readonly messageId: Message['id'];
  readonly content: string;
  /** Undefined leaves what there is. */
  readonly metadata: Message['metadata'] | undefined;
}

export interface MessageDeletion {
  readonly messageId: Message['id'];
}

export interface Target {
  readonly senderId: UserId;
  /** The lowest for somebody who has left. */
  readonly senderRole: Role;
}

/** The messages operations are about, by `<conversation> <id>`; those that are not there or are deleted are left out. */
export async function listTargets(
  tx: Tx,
  operations: readonly Operation<{ readonly messageId: Message['id'] }>[],
): Promise<ReadonlyMap<string, Target>> {
  const { rows } = await sql<{
    conversation_id: string;
    id: string;
    sender_id: UserId;
    role: number | null;
  }>`
    select m.conversation_id, m.id, m.sender_id, s.role
    from unnest(${sql.val(operations.map((operation) => operation.conversationId))}::uuid[],
      ${sql.val(operations.map((operation) => operation.payload.messageId))}::uuid[]) as t(conversation, id)
    join parley.messages m on m.conversation_id = t.conversation and m.id = t.id
    left join parley.members s on s.conversation_id = m.conversation_id and s.user_id = m.sender_id and s.status = 1
    where m.deleted_at is null`.execute(tx);
  return new Map(
    rows.map((row) => [
      `${row.conversation_id} ${row.id}`,
      { senderId: row.sender_id, senderRole: roleOf(row.role ?? 0) },
    ]),
  );
}

/** Keeps what messages said as versions and gives them other words. Returns them as they are now, in the order of the operations. */
export async function updateContents(
  tx: Tx,
  operations: readonly PlacedOperation<MessageEdit>[],
): Promise<Message[]> {
  const column = columnsOf(operations);
  const { rows } = await sql<MessageRow>`
    with input as (
      select * from unnest(${column(({ conversationId }) => conversationId)}::uuid[],
        ${column(({ payload }) => payload.messageId)}::uuid[], ${column(({ payload }) => payload.content)}::text[],
        ${column(({ payload }) => (payload.metadata ? JSON.stringify(payload.metadata) : null))}::text[],
        ${sql.val(operations.map(({ payload }) => payload.metadata === undefined))}::boolean[],
        ${column(({ seq }) => seq)}::bigint[], ${column(({ at }) => at)}::timestamptz[])
        as t(conversation, id, content, metadata, keeps_metadata, seq, at)
    ),
    kept as (
      insert into parley.message_versions (conversation_id, message_id, rev, content, metadata, at)
      select m.conversation_id, m.id, m.rev, m.content, m.metadata, coalesce(m.edited_at, m.at)
      from input t join parley.messages m on m.conversation_id = t.conversation and m.id = t.id
    )
    update parley.messages m set
      content = t.content, metadata = case when t.keeps_metadata then m.metadata else t.metadata::jsonb end,
      rev = t.seq, edited_at = t.at
    from input t where m.conversation_id = t.conversation and m.id = t.id
    returning ${messageColumns}`.execute(tx);
  return inOrder(operations, rows);
}

/**
 * Empties messages, and moves what they said to the versions, all of which end after thirty days. Returns what is left of them, in the order of the
 * operations.
 */
export async function blankMessages(
  tx: Tx,
  operations: readonly PlacedOperation<MessageDeletion>[],
): Promise<Message[]> {
  const column = columnsOf(operations);
  const { rows } = await sql<MessageRow>`
    with input as (
      select * from unnest(${column(({ conversationId }) => conversationId)}::uuid[],
        ${column(({ payload }) => payload.messageId)}::uuid[], ${column(({ seq }) => seq)}::bigint[],
        ${column(({ at }) => at)}::timestamptz[], ${column(({ actorId }) => actorId)}::uuid[]) as t(conversation, id, seq, at, actor)
    ),
    kept as (
      insert into parley.message_versions (conversation_id, message_id, rev, content, metadata, at, purge_at, deleted_by)
      select m.conversation_id, m.id, m.rev, m.content, m.metadata, coalesce(m.edited_at, m.at), t.at + interval '30 days', t.actor
      from input t join parley.messages m on m.conversation_id = t.conversation and m.id = t.id
    ),
    earlier as (
      update parley.message_versions v set purge_at = t.at + interval '30 days'
      from input t where v.conversation_id = t.conversation and v.message_id = t.id
    )
    update parley.messages m set content = null, metadata = null, reactions = null, rev = t.seq, deleted_at = t.at
    from input t where m.conversation_id = t.conversation and m.id = t.id
    returning ${messageColumns}`.execute(tx);
  return inOrder(operations, rows);
}

function columnsOf<Payload>(operations: readonly PlacedOperation<Payload>[]) {
  return (read: (operation: PlacedOperation<Payload>) => string | number | null) =>
    sql.val(operations.map(read));
}

/** An operation has its target for itself, so a row is one operation's. */
function inOrder(
  operations: readonly PlacedOperation<{ readonly messageId: Message['id'] }>[],
  rows: readonly MessageRow[],
): Message[] {
  const messages = new Map(rows.map((row) => [`${row.conversation_id} ${row.id}`, toMessage(row)]));
  return operations.flatMap(
    ({ conversationId, payload }) => messages.get(`${conversationId} ${payload.messageId}`) ?? [],
  );
}
