import { blockedMark, type ConversationId, type Receipt, type UserId } from '@parley/protocol';
import { sql } from 'kysely';
import type { Actor } from '../../access/actor.js';
import type { Executor } from '../../db/database.js';

/**
 * How far the active members have come, as one of them may know it, by user id: who hides their reading is left out for others, and gets nothing but their
 * own; so do both people of a direct conversation of whom one has blocked the other. Undefined when there are more than `maxMembers`.
 */
export async function listReceipts(
  db: Executor,
  { tenantId, userId }: Actor,
  place: { readonly conversationId: ConversationId; readonly maxMembers: number },
): Promise<Receipt[] | undefined> {
  const { rows } = await sql<{
    user_id: UserId;
    read_seq: number;
    delivered_seq: number;
    is_hidden: boolean;
  }>`
    select m.user_id, m.read_seq, m.delivered_seq, 
      coalesce(u.hide_receipts, false) or m.deny & ${sql.lit(blockedMark)} <> 0 as is_hidden
    from parley.members m left join parley.users u on u.tenant_id = ${tenantId} and u.id = m.user_id
    where m.conversation_id = ${place.conversationId} and m.status = 1
    order by m.user_id limit ${place.maxMembers + 1}`.execute(db);
  if (rows.length > place.maxMembers) return undefined;
  const hides = rows.some((row) => row.user_id === userId && row.is_hidden);
  return rows
    .filter((row) => row.user_id === userId || !(hides || row.is_hidden))
    .map((row) => ({ userId: row.user_id, readSeq: row.read_seq, deliveredSeq: row.delivered_seq }));
}
