/**
 * How a client that was away is told what it missed: a short gap as the log, a long one as the rows that are different now, and a cursor that lies in
 * no history of this server with a word to start anew.
 */
import type { ConversationId } from '@parley/protocol';
import { sql } from 'kysely';
import type { Actor } from '../access/actor.js';
import { visibleFrom } from '../access/membership.store.js';
import type { Executor } from '../db/database.js';

export interface DiffHead {
  /** The seq of the latest entry. */
  readonly head: number;
  /** Nothing at or below is kept. */
  readonly floor: number;
  /** The log is whole above this seq; at or below only messages are kept. */
  readonly changesFloor: number;
  readonly memberCount: number;
  /** The first seq the reader may see. */
  readonly visibleFrom: number;
}

export type DiffMode = 'log' | 'state' | 'reset';

/** A gap up to this many entries is told as the log: two pages, about as much as their rows. */
export const longestLogGap = 200;

/** How far a conversation goes, for somebody who may read it; undefined for everybody else. */
export async function findDiffHead(
  db: Executor,
  actor: Pick<Actor, 'tenantId' | 'userId'>,
  conversationId: ConversationId,
): Promise<DiffHead | undefined> {
  const { rows } = await sql<{
    last_seq: number;
    floor_seq: number;
    changes_floor_seq: number;
    member_count: number | null;
    visible_from: number;
  }>`
    select ${sql.raw(visibleFrom('m'))} as visible_from, h.last_seq, h.floor_seq, h.changes_floor_seq, c.member_count
    from parley.conversation_heads h
    join parley.members m on m.conversation_id = h.conversation_id and m.user_id = ${actor.userId} and m.status = 1
    left join parley.conversations c on c.id = h.conversation_id
    where h.conversation_id = ${conversationId} and h.tenant_id = ${actor.tenantId} and h.state <> 2`.execute(
    db,
  );
  const row = rows[0];
  if (row === undefined) return undefined;
  return {
    head: row.last_seq,
    floor: row.floor_seq,
    changesFloor: row.changes_floor_seq,
    memberCount: row.member_count ?? 0,
    visibleFrom: row.visible_from,
  };
}

/** @param asked  what the client would like; the log cannot be answered below what is kept of it */
export function chooseDiffMode(
  { head, floor, changesFloor }: Omit<DiffHead, 'memberCount' | 'visibleFrom'>,
  { since, asked }: { readonly since: number; readonly asked?: 'log' | 'state' | undefined },
): DiffMode {
  if (since > head || since < floor) return 'reset';
  if (since < changesFloor) return 'state';
  return asked ?? (head - since <= longestLogGap ? 'log' : 'state');
}
