import type { ConversationId, Message } from '@parley/protocol';
import { sql } from 'kysely';
import type { Tx } from '../../db/database.js';

interface Reference {
  readonly conversationId: ConversationId;
  readonly id: string;
}

/** What a new message may answer or be a reply under, by `<conversation> <id>`: messages of that conversation that are not deleted. */
export async function listReferable(
  tx: Tx,
  references: readonly Reference[],
): Promise<ReadonlyMap<string, { readonly isRoot: boolean }>> {
  if (references.length === 0) return new Map();
  const { rows } = await sql<{ conversation_id: string; id: string; is_root: boolean }>`
    select m.conversation_id, m.id, m.thread_id is null as is_root
    from unnest(${sql.val(references.map((reference) => reference.conversationId))}::uuid[],
      ${sql.val(references.map((reference) => reference.id))}::uuid[]) as r(conversation, id)
    join parley.messages m on m.conversation_id = r.conversation and m.id = r.id
    where m.deleted_at is null`.execute(tx);
  return new Map(rows.map((row) => [`${row.conversation_id} ${row.id}`, { isRoot: row.is_root }]));
}

/** Writes messages that have their places. */
export async function insertMessages(tx: Tx, messages: readonly Message[]): Promise<void> {
  const column = (read: (message: Message) => string | number | null) => sql.val(messages.map(read));
  await sql`
    insert into parley.messages (conversation_id, id, seq, rev, ord, thread_id, reply_to_id, sender_id, content, metadata, at)
    select t.conversation, t.id, t.seq, t.seq, t.ord, t.thread, t.reply_to, t.sender, t.content, t.metadata::jsonb, t.at
    from unnest(${column(({ conversationId }) => conversationId)}::uuid[], ${column(({ id }) => id)}::uuid[],
      ${column(({ seq }) => seq)}::bigint[], ${column(({ ord }) => ord)}::bigint[], ${column(({ threadId }) => threadId)}::uuid[],
      ${column(({ replyToId }) => replyToId)}::uuid[], ${column(({ senderId }) => senderId)}::uuid[],
      ${column(({ content }) => content)}::text[],
      ${column(({ metadata }) => (metadata === null ? null : JSON.stringify(metadata)))}::text[],
      ${column(({ at }) => at)}::timestamptz[])
      as t(conversation, id, seq, ord, thread, reply_to, sender, content, metadata, at)`.execute(tx);
}
