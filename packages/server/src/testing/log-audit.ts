import type { ConversationId } from '@parley/protocol';
import { sql } from 'kysely';
import type { Database } from '../db/database.js';

/** A conversation's log as it stands, for comparing with what must be true of every log. */
export interface LogAudit {
  /** Of messages and changes, in order. */
  readonly seqs: number[];
  /** Of messages, in the order of seq. */
  readonly ords: number[];
  readonly ids: string[];
  /** The head's seq, and the one the commit log last named. */
  readonly head: number;
  readonly committedHead: number;
  readonly stampsIncrease: boolean;
}

export async function auditLog(database: Database, conversationId: ConversationId): Promise<LogAudit> {
  const { rows } = await sql<{ seq: number; ord: number | null; id: string | null; increases: boolean }>`
    select e.seq, e.ord, e.id, coalesce(e.at > lag(e.at) over (order by e.seq), true) as increases from (
      select seq, ord, id, at from parley.messages where conversation_id = ${conversationId}
      union all select seq, null, null, at from parley.changes where conversation_id = ${conversationId}
    ) e order by e.seq`.execute(database.kysely);
  const { rows: heads } = await sql<{ head: number; committed: number | null }>`
    select h.last_seq as head, (
      select max((l.touched ->> ${conversationId})::bigint) from parley.commit_log l where l.touched ? ${conversationId}
    ) as committed
    from parley.conversation_heads h where h.conversation_id = ${conversationId}`.execute(database.kysely);
  const messages = rows.filter((row) => row.id !== null);
  return {
    seqs: rows.map((row) => row.seq),
    ords: messages.map((row) => row.ord ?? 0),
    ids: messages.map((row) => row.id ?? ''),
    head: heads[0]?.head ?? 0,
    committedHead: heads[0]?.committed ?? 0,
    stampsIncrease: rows.every((row) => row.increases),
  };
}

/** 1, 2, ... n: what seqs and ords must be. */
export function oneTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}
