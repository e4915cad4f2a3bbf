import type { ConversationId, SessionId, UserId } from '@parley/protocol';
import { sql } from 'kysely';
import { type ClaimedSession, selectLiveSessions } from '../access/live-sessions.store.js';
import type { Executor, Tx } from '../db/database.js';
import type { Standing } from '../fanout/hub.js';

/**
 * Notes in the commit log that this transaction changes sessions, memberships or the own log of people, so that nodes with sockets of theirs look again.
 * Call it last: its row is the transaction's alone, but a lock held is a lock held.
 */
export async function touchUsers(tx: Tx, userIds: readonly UserId[]): Promise<void> {
  if (userIds.length === 0) return;
  await sql`
    insert into parley.commit_log as l (users) values (${sql.val([...new Set(userIds)])}::uuid[])
    on conflict (xid) do update set users = l.users || excluded.users`.execute(tx);
}

/** What is true of people now, in one snapshot. */
export interface UserStandings {
  /** Of the sessions that were asked about, those that live. */
  readonly liveSessionIds: ReadonlySet<SessionId>;
  /** Every conversation somebody is or was in. */
  readonly standings: ReadonlyMap<UserId, readonly Standing[]>;
  /** How far the own logs go of those who have one. */
  readonly userSeqs: ReadonlyMap<UserId, number>;
}

/** Reads people's memberships with heads, how far their own logs go, and which of the sessions live. One statement. */
export async function readUserStandings(
  db: Executor,
  about: { readonly userIds: readonly UserId[]; readonly sessions: readonly ClaimedSession[] },
): Promise<UserStandings> {
  const { rows } = await sql<
    | { user_id: UserId; session_id: null; conversation_id: ConversationId; head: number; is_member: boolean }
    | { user_id: UserId; session_id: null; conversation_id: null; head: number; is_member: null }
    | { user_id: UserId; session_id: SessionId; conversation_id: null; head: null; is_member: null }
  >`
    select m.user_id, null::uuid as session_id, m.conversation_id, h.last_seq as head,
      m.status = 1 and h.state <> 2 as is_member
    from parley.members m join parley.conversation_heads h on h.conversation_id = m.conversation_id
    where m.user_id = any(${sql.val([...about.userIds])}::uuid[])
    union all
    select u.user_id, null, null, u.last_seq, null from parley.user_heads u
    where u.user_id = any(${sql.val([...about.userIds])}::uuid[])
    union all
    select s.user_id, s.session_id, null, null, null from (${selectLiveSessions(about.sessions)}) s`.execute(
    db,
  );
  const liveSessionIds = new Set<SessionId>();
  const standings = new Map<UserId, Standing[]>(about.userIds.map((userId) => [userId, []]));
  const userSeqs = new Map<UserId, number>();
  for (const row of rows)
    if (row.session_id !== null) liveSessionIds.add(row.session_id);
    else if (row.conversation_id === null) userSeqs.set(row.user_id, row.head);
    else
      standings
        .get(row.user_id)
        ?.push({ conversationId: row.conversation_id, head: row.head, isMember: row.is_member });
  return { liveSessionIds, standings, userSeqs };
}
