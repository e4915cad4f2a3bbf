import type { ConversationId, MessageId, MessageVersion } from '@parley/protocol';
import { sql } from 'kysely';
import type { Executor } from '../../db/database.js';
import { iso } from '../../eventlog/time.js';

/** What a message said before, oldest first, from a rev on. */
export async function listMessageVersions(
  db: Executor,
  message: { readonly conversationId: ConversationId; readonly messageId: MessageId },
  page: { readonly after: number; readonly limit: number },
): Promise<MessageVersion[]> {
  const { rows } = await sql<MessageVersion>`
    select v.rev, v.content, v.metadata, ${iso('v.at')} as at from parley.message_versions v
    where v.conversation_id = ${message.conversationId} and v.message_id = ${message.messageId} and v.rev > ${page.after}
    order by v.rev limit ${page.limit}`.execute(db);
  return rows;
}

/** Drops what deleted messages said once its time is over. Returns how many versions went. */
export async function deletePurgeableVersions(db: Executor): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from parley.message_versions where purge_at < clock_timestamp()`.execute(db);
  return Number(numAffectedRows ?? 0);
}
