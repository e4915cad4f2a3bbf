import { limits, type OwnSession, type SessionId, type TenantId, type UserId } from '@parley/protocol';
import { sql } from 'kysely';
import type { Executor } from '../../db/database.js';
import { iso } from '../../eventlog/time.js';
import { touchRevoked } from './auth.store.js';

interface Owner {
  readonly tenantId: TenantId;
  readonly userId: UserId;
}

/** Somebody's sessions that have not ended, the one used last first. */
export async function listSessions(
  db: Executor,
  owner: Owner,
  currentId: SessionId | null,
): Promise<OwnSession[]> {
  const { rows } = await sql<OwnSession>`
    select s.id, ${iso('s.created_at')} as "createdAt", ${iso('s.last_used_at')} as "lastUsedAt", s.user_agent as "userAgent",
      s.id is not distinct from ${currentId}::uuid as "isCurrent"
    from parley.sessions s
    where s.tenant_id = ${owner.tenantId} and s.user_id = ${owner.userId} and s.revoked_at is null and s.expires_at > now()
    order by s.last_used_at desc, s.id limit ${limits.pageSize}`.execute(db);
  return rows;
}

/** Ends one session of its owner. False when they have no such session, or it had ended. */
export async function revokeOwnSession(db: Executor, owner: Owner, sessionId: SessionId): Promise<boolean> {
  const { rows } = await sql`
    with revoked as (
      update parley.sessions set revoked_at = now()
      where id = ${sessionId} and tenant_id = ${owner.tenantId} and user_id = ${owner.userId}
        and revoked_at is null and expires_at > now() returning user_id
    ), ${touchRevoked} select 1 from revoked`.execute(db);
  return rows.length > 0;
}

/** Ends all sessions of somebody but one, or all; locked in order, so that two who do it at once do not wait for each other. In a transaction call it last. False when there was none to end. */
export async function revokeSessionsOf(
  db: Executor,
  owner: Owner,
  exceptId: SessionId | null,
): Promise<boolean> {
  const { rows } = await sql`
    with chosen as (
      select id from parley.sessions
      where tenant_id = ${owner.tenantId} and user_id = ${owner.userId} and revoked_at is null
        and id is distinct from ${exceptId}::uuid order by id for update
    ), revoked as (
      update parley.sessions s set revoked_at = now() from chosen c where s.id = c.id returning s.user_id
    ), ${touchRevoked} select 1 from revoked limit 1`.execute(db);
  return rows.length > 0;
}
