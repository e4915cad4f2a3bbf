import type { SessionId, TenantId, UserId } from '@parley/protocol';
import { sql } from 'kysely';
import type { Executor, Tx } from '../../db/database.js';

export interface NewAccount {
  readonly tenantId: TenantId;
  readonly userId: UserId;
  readonly username: string;
  readonly displayName: string;
  readonly email: string | null;
  readonly passwordHash: string;
}

/** Makes an account. Returns what was taken, if anything was. */
export async function insertAccount(tx: Tx, account: NewAccount): Promise<'username' | 'email' | undefined> {
  const { rows } = await sql`
    insert into parley.users (tenant_id, id, username, display_name, email)
    values (${account.tenantId}, ${account.userId}, ${account.username}, ${account.displayName}, ${account.email})
    on conflict do nothing returning 1`.execute(tx);
  if (rows.length === 0)
    return (await hasUsername(tx, account.tenantId, account.username)) ? 'username' : 'email';
  await sql`
    insert into parley.credentials (tenant_id, user_id, password_hash)
    values (${account.tenantId}, ${account.userId}, ${account.passwordHash})`.execute(tx);
  return undefined;
}

export async function hasUsername(db: Executor, tenantId: TenantId, username: string): Promise<boolean> {
  const { rows } = await sql`
    select 1 from parley.users where tenant_id = ${tenantId} and username = ${username}`.execute(db);
  return rows.length > 0;
}

/** Who logs in under a username or e-mail address, with the hash of their password. */
export async function findCredentials(
  db: Executor,
  tenantId: TenantId,
  login: string,
): Promise<{ userId: UserId; passwordHash: string } | undefined> {
  const { rows } = await sql<{ user_id: UserId; password_hash: string }>`
    select c.user_id, c.password_hash from parley.users u
    join parley.credentials c on c.tenant_id = u.tenant_id and c.user_id = u.id
    where u.tenant_id = ${tenantId} and (u.username = ${login} or u.email = ${login})
    order by u.username = ${login} desc limit 1`.execute(db);
  return rows[0] === undefined ? undefined : { userId: rows[0].user_id, passwordHash: rows[0].password_hash };
}

export interface NewSession {
  readonly sessionId: SessionId;
  readonly tenantId: TenantId;
  readonly userId: UserId;
  readonly tokenHash: Buffer;
  readonly userAgent: string | null;
}

/** Starts a session of thirty days with its first refresh token. */
export async function insertSession(tx: Tx, session: NewSession): Promise<void> {
  await sql`
    insert into parley.sessions (id, tenant_id, user_id, expires_at, user_agent)
    values (${session.sessionId}, ${session.tenantId}, ${session.userId}, now() + interval '30 days', ${session.userAgent})`.execute(
    tx,
  );
  await insertRefreshToken(tx, session.sessionId, session.tokenHash);
}

export async function insertRefreshToken(tx: Tx, sessionId: SessionId, tokenHash: Buffer): Promise<void> {
  await sql`
    insert into parley.refresh_tokens (token_hash, session_id) values (${tokenHash}, ${sessionId})
    on conflict do nothing`.execute(tx);
}

export interface FoundToken {
  readonly sessionId: SessionId;
  readonly tenantId: TenantId;
  readonly userId: UserId;
  readonly isSessionLive: boolean;
  /** `fresh` was marked as used by this very call. */
  readonly use: 'fresh' | 'within-grace' | 'reused';
}

/**
 * Finds a refresh token and marks it as used, with its row locked, so that of two calls at once one is first. Its use again within 20 seconds is
 * another tab or a lost answer; later it is theft.
 */
export async function useRefreshToken(tx: Tx, tokenHash: Buffer): Promise<FoundToken | undefined> {
  const { rows } = await sql<{
    session_id: SessionId;
    tenant_id: TenantId;
    user_id: UserId;
    is_live: boolean;
    is_fresh: boolean;
    is_recent: boolean | null;
  }>`
    select t.session_id, s.tenant_id, s.user_id, s.revoked_at is null and s.expires_at > now() as is_live,
      t.used_at is null as is_fresh, t.used_at > now() - interval '20 seconds' as is_recent
    from parley.refresh_tokens t join parley.sessions s on s.id = t.session_id
    where t.token_hash = ${tokenHash} for update of t`.execute(tx);
  const row = rows[0];
  if (row === undefined) return undefined;
  if (row.is_fresh)
    await sql`update parley.refresh_tokens set used_at = now() where token_hash = ${tokenHash}`.execute(tx);
  return {
    sessionId: row.session_id,
    tenantId: row.tenant_id,
    userId: row.user_id,
    isSessionLive: row.is_live,
    use: row.is_fresh ? 'fresh' : row.is_recent === true ? 'within-grace' : 'reused',
  };
}

/** A session in use goes on for thirty days more. False when it was ended meanwhile: its row, not what was read before, decides. */
export async function extendSession(tx: Tx, sessionId: SessionId): Promise<boolean> {
  const { rows } = await sql`
    update parley.sessions set expires_at = now() + interval '30 days', last_used_at = now()
    where id = ${sessionId} and revoked_at is null returning 1`.execute(tx);
  return rows.length > 0;
}

/** Ends a session and notes whose it was for the nodes they are connected to. Returns them, or undefined when it had ended before. */
export async function revokeSession(db: Executor, sessionId: SessionId): Promise<UserId | undefined> {
  const { rows } = await sql<{ user_id: UserId }>`
    with revoked as (
      update parley.sessions set revoked_at = now() where id = ${sessionId} and revoked_at is null returning user_id
    ), ${touchRevoked} select user_id from revoked`.execute(db);
  return rows[0]?.user_id;
}

/** The same for the session a refresh token belongs to; undefined also for an unknown token. */
export async function revokeSessionOfToken(db: Executor, tokenHash: Buffer): Promise<UserId | undefined> {
  const { rows } = await sql<{ user_id: UserId }>`
    with revoked as (
      update parley.sessions set revoked_at = now() where revoked_at is null
      and id = (select session_id from parley.refresh_tokens where token_hash = ${tokenHash}) returning user_id
    ), ${touchRevoked} select user_id from revoked`.execute(db);
  return rows[0]?.user_id;
}

/** The part of a statement that tells other nodes whose sessions `revoked` has. */
export const touchRevoked = sql`touched as (
  insert into parley.commit_log as l (users) select array_agg(distinct r.user_id) from revoked r having count(*) > 0
  on conflict (xid) do update set users = l.users || excluded.users
)`;
