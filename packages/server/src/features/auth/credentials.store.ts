/**
 * Passwords and the tokens that replace them. The row of a password is the lock between log-in and change: a log-in holds it shared, with the very hash that
 * fitted, until its session stands; a change holds it alone and then ends the sessions. So no session made with an old password outlives the change.
 */
import type { TenantId, UserId } from '@parley/protocol';
import { sql } from 'kysely';
import type { Executor, Tx } from '../../db/database.js';

interface Owner {
  readonly tenantId: TenantId;
  readonly userId: UserId;
}

export async function findOwnCredentials(
  db: Executor,
  owner: Owner,
): Promise<{ passwordHash: string } | undefined> {
  const { rows } = await sql<{ password_hash: string }>`
    select password_hash from parley.credentials
    where tenant_id = ${owner.tenantId} and user_id = ${owner.userId}`.execute(db);
  return rows[0] === undefined ? undefined : { passwordHash: rows[0].password_hash };
}

/** Holds the password as it is until the transaction ends. False when it has changed. */
export async function holdPasswordHash(tx: Tx, owner: Owner, passwordHash: string): Promise<boolean> {
  const { rows } = await sql`
    select 1 from parley.credentials where tenant_id = ${owner.tenantId} and user_id = ${owner.userId}
    and password_hash = ${passwordHash} for share`.execute(tx);
  return rows.length > 0;
}

/** Stores another hash in the place of one. False when that one stands there no more. */
export async function replacePasswordHash(
  tx: Tx,
  owner: Owner,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<boolean> {
  const { rows } = await sql`
    update parley.credentials set password_hash = ${to}, updated_at = now()
    where tenant_id = ${owner.tenantId} and user_id = ${owner.userId} and password_hash = ${from} returning 1`.execute(
    tx,
  );
  return rows.length > 0;
}

export async function updatePasswordHash(tx: Tx, owner: Owner, passwordHash: string): Promise<void> {
  await sql`
    update parley.credentials set password_hash = ${passwordHash}, updated_at = now()
    where tenant_id = ${owner.tenantId} and user_id = ${owner.userId}`.execute(tx);
}

/**
 * Stores the reset token of whoever has an address and a password, in the place of an older one. Undefined when nobody has, and when they were
 * given one within the last minute: asking again and again fills nobody's mailbox.
 */
export async function insertReset(
  db: Executor,
  reset: { readonly tenantId: TenantId; readonly email: string; readonly tokenHash: Buffer },
): Promise<UserId | undefined> {
  const { rows } = await sql<{ user_id: UserId }>`
    insert into parley.password_resets as r (tenant_id, user_id, email, token_hash)
    select u.tenant_id, u.id, u.email, ${reset.tokenHash}::bytea
    from parley.users u join parley.credentials c on c.tenant_id = u.tenant_id and c.user_id = u.id
    where u.tenant_id = ${reset.tenantId} and u.email = ${reset.email}
    on conflict (tenant_id, user_id) do update
      set email = excluded.email, token_hash = excluded.token_hash, created_at = excluded.created_at
      where r.created_at < now() - interval '1 minute' or r.email <> excluded.email
    returning user_id`.execute(db);
  return rows[0]?.user_id;
}

export async function hasReset(db: Executor, tokenHash: Buffer): Promise<boolean> {
  const { rows } = await sql`
    select 1 from parley.password_resets r where ${isUsable(tokenHash)}`.execute(db);
  return rows.length > 0;
}

/** Uses a reset token up: of two calls at once one gets its owner. */
export async function takeReset(tx: Tx, tokenHash: Buffer): Promise<Owner | undefined> {
  const { rows } = await sql<{ tenant_id: TenantId; user_id: UserId }>`
    delete from parley.password_resets r where ${isUsable(tokenHash)} returning r.tenant_id, r.user_id`.execute(
    tx,
  );
  return rows[0] === undefined ? undefined : { tenantId: rows[0].tenant_id, userId: rows[0].user_id };
}

/** A link that waits in a mailbox does not outlive the password it was asked for. */
export async function deleteReset(tx: Tx, owner: Owner): Promise<void> {
  await sql`
    delete from parley.password_resets where tenant_id = ${owner.tenantId} and user_id = ${owner.userId}`.execute(
    tx,
  );
}

// Somebody who has left an address gets nothing by what lies in its mailbox.
const isUsable = (tokenHash: Buffer) => sql`
  r.token_hash = ${tokenHash} and r.created_at > now() - interval '1 hour'
  and exists (select from parley.users u where u.tenant_id = r.tenant_id and u.id = r.user_id and u.email = r.email)`;
