import type { ConversationId, Message, MessageId, UserId } from '@parley/protocol';
import { sql } from 'kysely';
import { isVisibleTo } from '../../access/membership.store.js';
import type { Executor } from '../../db/database.js';
import { type MessageRow, messageColumns, toMessage } from '../../eventlog/message-row.js';

/** Whose eyes a page is read with. */
export interface Viewer {
  readonly userId: UserId;
}

export interface ViewedConversation {
  readonly conversationId: ConversationId;
  readonly viewer: Viewer;
}

/** A message as far as the viewer may see it. */
export async function findMessage(
  db: Executor,
  { conversationId, viewer }: ViewedConversation,
  id: MessageId,
): Promise<Message | undefined> {
  const { rows } = await sql<MessageRow>`
    select ${messageColumns} from parley.messages m
    where m.conversation_id = ${conversationId} and m.id = ${id} and ${isVisibleTo(viewer, conversationId)}`.execute(
    db,
  );
  return rows[0] === undefined ? undefined : toMessage(rows[0]);
}

/** The messages that stand at these seqs. */
export async function listMessagesAt(
  db: Executor,
  conversationId: ConversationId,
  seqs: readonly number[],
): Promise<Message[]> {
  const { rows } = await sql<MessageRow>`
    select ${messageColumns} from parley.messages m
    where m.conversation_id = ${conversationId} and m.seq = any(${sql.val([...seqs])}::bigint[])`.execute(db);
  return rows.map(toMessage);
}

/** Messages of the conversation itself before a seq, newest first; without one the newest of all. */
export async function listMessagesBefore(
  db: Executor,
  { conversationId, viewer }: ViewedConversation,
  range: { readonly before: number | undefined; readonly limit: number },
): Promise<Message[]> {
  const { rows } = await sql<MessageRow>`
    select ${messageColumns} from parley.messages m
    where m.conversation_id = ${conversationId} and m.seq < ${range.before ?? Number.MAX_SAFE_INTEGER} and m.thread_id is null and ${isVisibleTo(viewer, conversationId)}
    order by m.seq desc limit ${range.limit}`.execute(db);
  return rows.map(toMessage);
}

/** Messages of the conversation itself after a seq, oldest first. */
export async function listMessagesAfter(
  db: Executor,
  { conversationId, viewer }: ViewedConversation,
  range: { readonly after: number; readonly limit: number },
): Promise<Message[]> {
  const { rows } = await sql<MessageRow>`
    select ${messageColumns} from parley.messages m
    where m.conversation_id = ${conversationId} and m.seq > ${range.after} and m.thread_id is null and ${isVisibleTo(viewer, conversationId)}
    order by m.seq limit ${range.limit}`.execute(db);
  return rows.map(toMessage);
}

/**
 * The seq before the first message from a moment on; the head when all are earlier. Times grow with seq but stand in no index, so the seqs are halved:
 * twenty lookups find a place among a million.
 */
export async function findSeqBefore(
  db: Executor,
  conversationId: ConversationId,
  moment: string,
): Promise<number> {
  const { rows } = await sql<{ seq: number }>`
    with recursive search(low, high) as (
      select h.floor_seq, h.last_seq from parley.conversation_heads h where h.conversation_id = ${conversationId}
      union all
      select case when n.is_late then s.low else s.middle + 1 end, case when n.is_late then s.middle else s.high end
      from (select low, high, (low + high) / 2 as middle from search where low < high) s
      cross join lateral (
        select coalesce((
          select m.at >= ${moment}::timestamptz from parley.messages m
          where m.conversation_id = ${conversationId} and m.seq > s.middle order by m.seq limit 1), true) as is_late
      ) n
    )
    select low as seq from search where low = high`.execute(db);
  return rows[0]?.seq ?? 0;
}
