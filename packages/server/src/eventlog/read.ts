/**
 * Reads a conversation's log: `messages` and `changes` merged by seq. Both sides are limited before they are merged, so a page costs the
 * same wherever it lies.
 */
import type { ConversationId, UserId } from '@parley/protocol';
import { sql } from 'kysely';
import type { Executor } from '../db/database.js';
import { iso } from './time.js';

/** An entry without its content: what happened, and to what. */
export interface LogEntry {
  readonly seq: number;
  /** 0 is a message; see `entry-kinds.ts` for the others. */
  readonly kind: number;
  readonly actorId: UserId | null;
  readonly targets: readonly string[];
  readonly at: string;
}

export interface LogPage {
  readonly entries: readonly LogEntry[];
  /** The seq of the conversation's latest entry in the same snapshot. */
  readonly head: number;
  /** Messages below are hidden from one member at least. */
  readonly hiddenBelow: number;
}

/** The entries after a seq, in order, at most `limit`. */
export async function readLog(
  db: Executor,
  conversationId: ConversationId,
  range: { readonly after: number; readonly limit: number },
): Promise<LogPage> {
  const { rows } = await sql<{
    head: number;
    hidden_below: number;
    seq: number | null;
    kind: number;
    actor_id: UserId | null;
    targets: string[] | null;
    at: string;
  }>`
    select h.last_seq as head, h.hidden_below, e.seq, e.kind, e.actor_id, e.targets, ${iso('e.at')} as at
    from parley.conversation_heads h left join lateral (
      (select seq, 0 as kind, sender_id as actor_id, array[id] as targets, at from parley.messages
        where conversation_id = ${conversationId} and seq > ${range.after} order by seq limit ${range.limit})
      union all
      (select seq, kind, actor_id, targets, at from parley.changes
        where conversation_id = ${conversationId} and seq > ${range.after} order by seq limit ${range.limit})
      order by seq limit ${range.limit}
    ) e on true
    where h.conversation_id = ${conversationId} order by e.seq`.execute(db);
  const entries: LogEntry[] = [];
  for (const row of rows)
    if (row.seq !== null)
      entries.push({
        seq: row.seq,
        kind: row.kind,
        actorId: row.actor_id,
        targets: row.targets ?? [],
        at: row.at,
      });
  return { entries, head: rows[0]?.head ?? 0, hiddenBelow: rows[0]?.hidden_below ?? 0 };
}
