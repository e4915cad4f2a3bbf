import type { SessionId, UserId } from '@parley/protocol';
import { sql } from 'kysely';
import type { Executor } from '../db/database.js';
import { issuedAtOf } from './foreign-session.js';

/** A session somebody claims to have. */
export interface ClaimedSession {
  readonly userId: UserId;
  readonly sessionId: SessionId;
}

/**
 * Of claimed sessions those that live, as `user_id, session_id`: the one rule of who may come in. Nobody who is disabled; a session with a row until it
 * ends or is revoked; a token of somebody else's unless it was issued before its owner's tokens were revoked (that it has not ended was judged with
 * its signature). To be part of a larger statement.
 */
export function selectLiveSessions(sessions: readonly ClaimedSession[]) {
  const own = sessions.filter(({ sessionId }) => issuedAtOf(sessionId) === undefined);
  const foreign = sessions.flatMap(({ userId, sessionId }) => {
    const issuedAt = issuedAtOf(sessionId);
    return issuedAt === undefined ? [] : [{ userId, sessionId, issuedAt }];
  });
  return sql<{ user_id: UserId; session_id: SessionId }>`
    select s.user_id, s.id as session_id from parley.sessions s
    join parley.users u on u.id = s.user_id and u.tenant_id = s.tenant_id and u.disabled_at is null
    where s.id = any(${sql.val(own.map(({ sessionId }) => sessionId))}::uuid[])
      and s.revoked_at is null and s.expires_at > now()
    union all
    select u.id, f.session_id
    from unnest(${sql.val(foreign.map(({ userId }) => userId))}::uuid[],
      ${sql.val(foreign.map(({ sessionId }) => sessionId))}::uuid[],
      ${sql.val(foreign.map(({ issuedAt }) => issuedAt))}::bigint[]) as f(user_id, session_id, issued_at)
    join parley.users u on u.id = f.user_id and u.disabled_at is null
      and (u.tokens_valid_after is null or u.tokens_valid_after <= to_timestamp(f.issued_at / 1000.0))`;
}

/** Whether one session lives, now. */
export async function isSessionLive(db: Executor, session: ClaimedSession): Promise<boolean> {
  const { rows } = await selectLiveSessions([session]).execute(db);
  return rows.length > 0;
}
