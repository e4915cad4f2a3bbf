import type { ManagedUser, Profile, TenantId, User, UserId } from '@parley/protocol';
import { sql } from 'kysely';
import type { Actor } from '../../access/actor.js';
import { hasBlocked } from '../../access/blocks.store.js';
import type { Executor } from '../../db/database.js';
import { iso } from '../../eventlog/time.js';

interface UserRow {
  readonly id: UserId;
  readonly username: string;
  readonly display_name: string;
  readonly avatar_url: string | null;
  readonly rev: number;
}

/** Profiles of a tenant's people; unknown ids are left out. */
export async function listUsers(db: Executor, tenantId: TenantId, ids: readonly UserId[]): Promise<User[]> {
  const { rows } = await sql<UserRow>`
    select id, username, display_name, avatar_url, rev from parley.users
    where tenant_id = ${tenantId} and id = any(${sql.val([...ids])}::uuid[])`.execute(db);
  return rows.map(toUser);
}

interface FullRow extends UserRow {
  readonly bio: string | null;
  readonly metadata: Profile['metadata'];
  readonly email: string | null;
  readonly locale: string | null;
  readonly created_at: string;
  readonly is_disabled: boolean;
}

/** Everything there is of somebody, for themselves and for the deployment's own software. */
export async function findUser(
  db: Executor,
  tenantId: TenantId,
  userId: UserId,
): Promise<ManagedUser | undefined> {
  const { rows } = await sql<FullRow>`
    select id, username, display_name, avatar_url, rev, bio, metadata, email, locale, ${iso('created_at')} as created_at,
      disabled_at is not null as is_disabled
    from parley.users where tenant_id = ${tenantId} and id = ${userId}`.execute(db);
  const row = rows[0];
  if (row === undefined) return undefined;
  const { bio, metadata, email, locale } = row;
  return {
    ...toUser(row),
    bio,
    metadata,
    email,
    locale,
    createdAt: row.created_at,
    isDisabled: row.is_disabled,
  };
}

/** The profile of somebody as another person sees it: of who has blocked them it has only what stands beside messages. */
export async function findProfile(
  db: Executor,
  { tenantId, userId: viewerId }: Actor,
  userId: UserId,
): Promise<Profile | undefined> {
  const isMinimal = hasBlocked({ tenantId: sql`u.tenant_id`, blocker: sql`u.id`, blocked: sql`${viewerId}` });
  const { rows } = await sql<UserRow & Pick<FullRow, 'bio' | 'metadata'> & { is_minimal: boolean }>`
    select u.id, u.username, u.display_name, u.avatar_url, u.rev, u.bio, u.metadata, ${isMinimal} as is_minimal
    from parley.users u where u.tenant_id = ${tenantId} and u.id = ${userId}`.execute(db);
  const [row] = rows;
  if (row === undefined) return undefined;
  return {
    ...toUser(row),
    ...(row.is_minimal ? { bio: null, metadata: null } : { bio: row.bio, metadata: row.metadata }),
  };
}

export interface UserSearch {
  readonly tenantId: TenantId;
  /** Who searches: left out, as is whoever has blocked them. */
  readonly userId: UserId;
  readonly text: string;
  readonly limit: number;
}

/**
 * People whose username, display name or a later word of it begins with the text. The text is escaped, so `%` and `_` stand for themselves. The
 * last condition reads the tenant's users; 35 ms at 200,000 with a hostile pattern were measured.
 */
export async function searchUsers(db: Executor, search: UserSearch): Promise<User[]> {
  const text = search.text
    .trim()
    .toLowerCase()
    .replace(/[\\%_]/g, (found) => `\\${found}`);
  const { rows } = await sql<UserRow>`
    select id, username, display_name, avatar_url, rev from parley.users
    where tenant_id = ${search.tenantId} and id <> ${search.userId} and (
      username like ${`${text}%`} or lower(display_name) like ${`${text}%`} or lower(display_name) like ${`% ${text}%`})
      and not ${hasBlocked({ tenantId: sql`${search.tenantId}`, blocker: sql`users.id`, blocked: sql`${search.userId}` })}
    order by username limit ${search.limit}`.execute(db);
  return rows.map(toUser);
}

function toUser(row: UserRow): User {
  return {
    id: row.id,
    username: row.username,
    displayName: row.display_name,
    avatarUrl: row.avatar_url,
    rev: row.rev,
  };
}
