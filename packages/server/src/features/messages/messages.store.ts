import type { ConversationId, Message, MessageId } from '@parley/protocol';
import { type RawBuilder, sql } from 'kysely';
import type { Executor } from '../../db/database.js';
import { type MessageRow, messageColumns, toMessage } from '../../eventlog/message-row.js';

export async function findMessage(
  db: Executor,
  conversationId: ConversationId,
  id: MessageId,
): Promise<Message | undefined> {
  const { rows } = await sql<MessageRow>`
    select ${messageColumns} from parley.messages m
    where m.conversation_id = ${conversationId} and m.id = ${id}`.execute(db);
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
  conversationId: ConversationId,
  range: { readonly before: number | undefined; readonly limit: number },
): Promise<Message[]> {
  const { rows } = await sql<MessageRow>`
    select ${messageColumns} from parley.messages m
    where m.conversation_id = ${conversationId} and m.seq < ${range.before ?? Number.MAX_SAFE_INTEGER} and m.thread_id is null and ${aboveFloor(conversationId)}
    order by m.seq desc limit ${range.limit}`.execute(db);
  return rows.map(toMessage);
}

/** Messages of the conversation itself after a seq, oldest first. */
export async function listMessagesAfter(
  db: Executor,
  conversationId: ConversationId,
  range: { readonly after: number; readonly limit: number },
): Promise<Message[]> {
  const { rows } = await sql<MessageRow>`
    select ${messageColumns} from parley.messages m
    where m.conversation_id = ${conversationId} and m.seq > ${range.after} and m.thread_id is null and ${aboveFloor(conversationId)}
    order by m.seq limit ${range.limit}`.execute(db);
  return rows.map(toMessage);
}

/** What retention has dropped is not shown, also while its rows are still being deleted. */
function aboveFloor(conversationId: ConversationId): RawBuilder<boolean> {
  return sql`m.seq > (select h.floor_seq from parley.conversation_heads h where h.conversation_id = ${conversationId})`;
}
