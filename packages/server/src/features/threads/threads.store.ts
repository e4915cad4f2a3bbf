import type { ConversationId, Message, MessageId, UserId } from '@parley/protocol';
import { sql } from 'kysely';
import { isVisibleTo } from '../../access/membership.store.js';
import type { Executor } from '../../db/database.js';
import { type MessageRow, messageColumns, toMessage } from '../../eventlog/message-row.js';

/** True when the viewer may see the message, and it stands in no thread itself. What stands in its thread is younger, so they may see that too. */
export async function hasRoot(
  db: Executor,
  {
    conversationId,
    viewer,
  }: { readonly conversationId: ConversationId; readonly viewer: { readonly userId: UserId } },
  id: MessageId,
): Promise<boolean> {
  const { rows } = await sql`
    select 1 from parley.messages m
    where m.conversation_id = ${conversationId} and m.id = ${id} and m.thread_id is null and ${isVisibleTo(viewer, conversationId)}`.execute(
    db,
  );
  return rows.length > 0;
}

/** Replies of a thread from a position on: oldest first when it goes forward, else newest first. */
export async function listReplies(
  db: Executor,
  thread: { readonly conversationId: ConversationId; readonly rootId: MessageId },
  page: { readonly from: number | undefined; readonly isForward: boolean; readonly limit: number },
): Promise<Message[]> {
  const from =
    page.from === undefined
      ? sql``
      : page.isForward
        ? sql`and m.ord > ${page.from}`
        : sql`and m.ord < ${page.from}`;
  const { rows } = await sql<MessageRow>`
    select ${messageColumns} from parley.messages m
    where m.conversation_id = ${thread.conversationId} and m.thread_id = ${thread.rootId} ${from}
      and m.seq > (select h.floor_seq from parley.conversation_heads h where h.conversation_id = ${thread.conversationId})
    order by m.ord ${page.isForward ? sql`` : sql`desc`} limit ${page.limit}`.execute(db);
  return rows.map(toMessage);
}
