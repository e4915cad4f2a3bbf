import type { ConversationId, Receipt, UserId } from '@parley/protocol';
import { sql } from 'kysely';
import type { Executor } from '../../db/database.js';

/** How far the active members have come, by user id; at most `limit` of them. */
export async function listReceipts(
  db: Executor,
  conversationId: ConversationId,
  limit: number,
): Promise<Receipt[]> {
  const { rows } = await sql<{ user_id: UserId; read_seq: number; delivered_seq: number }>`
    select user_id, read_seq, delivered_seq from parley.members
    where conversation_id = ${conversationId} and status = 1 order by user_id limit ${limit}`.execute(db);
  return rows.map((row) => ({
    userId: row.user_id,
    readSeq: row.read_seq,
    deliveredSeq: row.delivered_seq,
  }));
}
