import type { TenantId, UserId } from '@parley/protocol';
import { type RawBuilder, sql } from 'kysely';
import type { Executor, Tx } from '../../db/database.js';

/** What of a profile is replaced; undefined stays, null takes away. */
export interface ProfileChange {
  readonly username?: string | undefined;
  readonly displayName?: string | undefined;
  readonly email?: string | null | undefined;
  readonly avatarUrl?: string | null | undefined;
  readonly bio?: string | null | undefined;
  readonly locale?: string | null | undefined;
  readonly metadata?: Readonly<Record<string, unknown>> | null | undefined;
}

/** Who it is about. */
export interface UserKey {
  readonly tenantId: TenantId;
  readonly userId: UserId;
}

/** Changes a profile. Returns whether anything is different now: the rev grows only then. Fails with 23505 for what is taken. */
export async function updateProfile(
  db: Executor,
  { tenantId, userId }: UserKey,
  change: ProfileChange,
): Promise<boolean> {
  const columns = columnsOf(change);
  if (columns.length === 0) return false;
  const { rows } = await sql`
    update parley.users set rev = rev + 1, ${sql.join(columns.map(({ name, value }) => sql`${sql.ref(name)} = ${value}`))}
    where tenant_id = ${tenantId} and id = ${userId} and (${sql.join(
      columns.map(({ name, value }) => sql`${sql.ref(name)} is distinct from ${value}`),
      sql` or `,
    )}) returning 1`.execute(db);
  return rows.length > 0;
}

/** Makes somebody; does nothing when they are there, or their id is somebody's in another tenant. Fails with 23505 for a name or address that is taken. */
export async function insertUser(
  tx: Tx,
  { tenantId, userId }: UserKey,
  profile: ProfileChange & { readonly username: string; readonly displayName: string },
): Promise<boolean> {
  const columns = columnsOf(profile);
  const { rows } = await sql`
    insert into parley.users (tenant_id, id, ${sql.join(columns.map(({ name }) => sql.ref(name)))})
    values (${tenantId}, ${userId}, ${sql.join(columns.map(({ value }) => value))})
    on conflict (id) do nothing returning 1`.execute(tx);
  return rows.length > 0;
}

/** Lets somebody in again, or no longer. Disabling also ends what they have, so that letting them in again brings none of it back. */
export async function updateDisabled(tx: Tx, key: UserKey, isDisabled: boolean): Promise<void> {
  const { tenantId, userId } = key;
  await sql`
    update parley.users set disabled_at = ${isDisabled ? sql`coalesce(disabled_at, now())` : sql`null`}
    where tenant_id = ${tenantId} and id = ${userId}`.execute(tx);
  if (isDisabled) await revokeTokens(tx, key);
}

/** Ends every session of somebody and every token issued to them before now. Returns whether they exist. */
export async function revokeTokens(tx: Tx, { tenantId, userId }: UserKey): Promise<boolean> {
  const { rows } = await sql`
    update parley.users set tokens_valid_after = now() where tenant_id = ${tenantId} and id = ${userId}
    returning 1`.execute(tx);
  await sql`
    update parley.sessions set revoked_at = now()
    where tenant_id = ${tenantId} and user_id = ${userId} and revoked_at is null`.execute(tx);
  return rows.length > 0;
}

/** The id, whichever tenant it is in. */
export async function isIdTaken(db: Executor, userId: UserId): Promise<boolean> {
  const { rows } = await sql`select 1 from parley.users where id = ${userId}`.execute(db);
  return rows.length > 0;
}

/**
 * People who see somebody often: those in the hundred latest conversations that have up to two hundred members, themselves included, a thousand at most.
 * Others learn of a new profile from their next page.
 */
export async function listOnlookers(db: Executor, { tenantId, userId }: UserKey): Promise<UserId[]> {
  const { rows } = await sql<{ user_id: UserId }>`
    with latest as (
      select h.conversation_id from parley.members me
      join parley.conversation_heads h on h.conversation_id = me.conversation_id and h.state <> 2 and h.tenant_id = ${tenantId}
      join parley.conversations c on c.id = me.conversation_id and c.member_count <= 200
      where me.user_id = ${userId} and me.status = 1
      order by h.last_activity_at desc limit 100
    )
    select distinct m.user_id from latest l
    join parley.members m on m.conversation_id = l.conversation_id and m.status = 1 and m.user_id <> ${userId}
    limit 999`.execute(db);
  return [userId, ...rows.map((row) => row.user_id)];
}

interface Column {
  readonly name: string;
  readonly value: RawBuilder<unknown>;
}

function columnsOf(change: ProfileChange): Column[] {
  const { metadata } = change;
  const texts = {
    username: change.username,
    display_name: change.displayName,
    email: change.email,
    avatar_url: change.avatarUrl,
    bio: change.bio,
    locale: change.locale,
  };
  const columns = Object.entries(texts).flatMap(([name, text]) =>
    text === undefined ? [] : [{ name, value: sql`${text}::text` }],
  );
  if (metadata === undefined) return columns;
  return [
    ...columns,
    { name: 'metadata', value: sql`${metadata === null ? null : JSON.stringify(metadata)}::jsonb` },
  ];
}
