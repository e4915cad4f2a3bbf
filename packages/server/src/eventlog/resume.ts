/**
 * What a client that connects must know: how far each of its conversations goes. One query, one snapshot.
 *
 * `since` is opaque to clients: the database's identity and the xmin of the snapshot that produced the previous answer. Whatever commits after that
 * snapshot has an xid of at least xmin, so reading `xid >= xmin` misses nothing and at worst tells something twice. A `since` of another database, or of
 * another timeline of it, or one that cannot be read, gets every head.
 */
import type { ConversationId, SessionId } from '@parley/protocol';
import { sql } from 'kysely';
import type { Actor } from '../access/actor.js';
import type { Cluster } from '../db/cluster.js';
import type { Executor } from '../db/database.js';

export interface ResumeState {
  readonly isSessionLive: boolean;
  readonly since: string;
  /** Conversations one is a member of that moved since; all of them without a usable `since`. */
  readonly heads: ReadonlyMap<ConversationId, number>;
  /** All conversations one is a member of, moved or not. */
  readonly memberships: ReadonlyMap<ConversationId, number>;
  /** Conversations that moved since and one is no longer a member of. */
  readonly gone: readonly ConversationId[];
}

interface HeadRow {
  readonly since: string;
  readonly is_live: boolean | null;
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
  const xmin = decodeSince(cluster, resume.since);
  const { rows } = await sql<HeadRow>`
    select pg_snapshot_xmin(pg_current_snapshot())::text as since, ${isLive(actor.sessionId)} as is_live, h.*
    from (select 1) one left join lateral (
      select h.conversation_id, h.last_seq, m.status = 1 and h.state <> 2 as is_member,
        ${xmin === undefined ? sql`true` : sql`h.xid >= ${xmin}::xid8`} as has_moved
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
    if (!row.is_member && xmin !== undefined) gone.push(row.conversation_id);
  }
  return {
    isSessionLive: rows[0]?.is_live === true,
    since: encodeSince(cluster, rows[0]?.since ?? '0'),
    heads,
    memberships,
    gone,
  };
}

function isLive(sessionId: SessionId) {
  return sql`(select revoked_at is null and expires_at > now() from parley.sessions where id = ${sessionId})`;
}

function encodeSince(cluster: Cluster, xmin: string): string {
  return `${cluster.systemIdentifier}.${cluster.timeline}.${xmin}`;
}

function decodeSince(cluster: Cluster, since: string | undefined): string | undefined {
  const match = /^(.+)\.(\d{1,20})$/.exec(since ?? '');
  return match?.[1] === `${cluster.systemIdentifier}.${cluster.timeline}` ? match[2] : undefined;
}
