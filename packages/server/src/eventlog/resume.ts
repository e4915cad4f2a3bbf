/**
 * What a client that connects must know: how far each of its conversations goes. One query, one snapshot.
 *
 * `since` is opaque to clients: the database's identity and the snapshot that produced the previous answer. What that snapshot did not see has moved
 * since: nothing is missed and nothing is told twice, also while a transaction stays open somewhere and holds xmin back, which would make a long poll
 * spin. A snapshot with more transactions under way than fit is shortened to its xmin, after which everything counts as not seen: at worst something
 * is told twice. A `since` of another database, or of another timeline of it, or one that cannot be read, gets every head.
 *
 * What one has read oneself is found the same way, by an xid of its own (`read_xid`): a conversation one has read on another device is told with its
 * head, moved or not, and `mine` of its summary says how far. One's own log (own-log.ts) has one head, which is told in any case.
 */
import type { ConversationId } from '@parley/protocol';
import { sql } from 'kysely';
import type { Actor } from '../access/actor.js';
import { selectLiveSessions } from '../access/live-sessions.store.js';
import type { Cluster } from '../db/cluster.js';
import type { Executor } from '../db/database.js';
import { decodeSince, encodeSince } from './since.js';

export interface ResumeState {
  readonly isSessionLive: boolean;
  readonly since: string;
  /** Conversations one is a member of that moved since, or in which one has read; all of them without a usable `since`. */
  readonly heads: ReadonlyMap<ConversationId, number>;
  /** All conversations one is a member of, moved or not. */
  readonly memberships: ReadonlyMap<ConversationId, number>;
  /** Conversations that moved since and one is no longer a member of. */
  readonly gone: readonly ConversationId[];
  /** Of the latest entry of one's own log; 0 before the first. */
  readonly userSeq: number;
  /** One's own log went on since; without a usable `since`: there is one. */
  readonly hasOwnMoved: boolean;
}

interface HeadRow {
  readonly since: string;
  readonly is_live: boolean;
  readonly user_seq: number | null;
  readonly has_own_moved: boolean | null;
  readonly conversation_id: ConversationId | null;
  readonly last_seq: number;
  readonly is_member: boolean;
  readonly has_moved: boolean;
}

export async function readResumeState(
  db: Executor,
  cluster: Cluster,
  resume: { readonly actor: Actor; readonly since: string | undefined },
): Promise<ResumeState> {
  const { actor } = resume;
  const seen = decodeSince(cluster, resume.since);
  const { rows } = await sql<HeadRow>`
    select pg_current_snapshot()::text as since, exists (${selectLiveSessions([actor])}) as is_live,
      o.last_seq as user_seq, o.has_own_moved, h.*
    from (select 1) one left join (
      select u.last_seq, ${seen === undefined ? sql`true` : isNew('u.xid', seen)} as has_own_moved
      from parley.user_heads u where u.user_id = ${actor.userId} and u.last_seq > 0
    ) o on true left join lateral (
      select h.conversation_id, h.last_seq, m.status = 1 and h.state <> 2 as is_member,
        ${seen === undefined ? sql`true` : sql`${isNew('h.xid', seen)} or ${isNew('m.read_xid', seen)}`} as has_moved
      from parley.members m join parley.conversation_heads h on h.conversation_id = m.conversation_id
      where m.user_id = ${actor.userId} and h.tenant_id = ${actor.tenantId}
    ) h on h.is_member or h.has_moved`.execute(db);
  const heads = new Map<ConversationId, number>();
  const memberships = new Map<ConversationId, number>();
  const gone: ConversationId[] = [];
  for (const row of rows) {
    if (row.conversation_id === null) continue;
    if (row.is_member) memberships.set(row.conversation_id, row.last_seq);
    if (row.is_member && row.has_moved) heads.set(row.conversation_id, row.last_seq);
    if (!row.is_member && seen !== undefined) gone.push(row.conversation_id);
  }
  return {
    isSessionLive: rows[0]?.is_live === true,
    since: encodeSince(cluster, rows[0]?.since ?? '1:1:'),
    heads,
    memberships,
    gone,
    userSeq: rows[0]?.user_seq ?? 0,
    hasOwnMoved: rows[0]?.has_own_moved === true,
  };
}

/** Whether a snapshot did not see what the transaction in a column wrote. */
function isNew(column: string, seen: string) {
  return sql`not pg_visible_in_snapshot(${sql.ref(column)}, ${seen}::pg_snapshot)`;
}
