/**
 * Makes people of those whom an issuer vouches for, and keeps their profiles as the issuer has them.
 *
 * - One statement makes user and identity, or nothing: of two sockets that come first at once one makes both and the other finds them.
 * - A subject that is a UUID is the id itself, unless it is somebody else's: of another tenant, or of another identity. A user that the app's server
 *   made under that id before is taken over, which is how `upsertUser` and tokens meet.
 * - Names and addresses that are taken are not fought for, and a mail address never makes two people one: whoever may choose their address at an issuer
 *   could be anybody else otherwise.
 */
import { createHash } from 'node:crypto';
import { isUuid, ParleyError, type TenantId, type UserId } from '@parley/protocol';
import { sql } from 'kysely';
import type { Executor } from '../db/database.js';
import { sqlState } from '../db/database-error.js';
import type { ForeignProfile } from './foreign-profile.js';

export interface Identity {
  readonly tenantId: TenantId;
  readonly issuer: string;
  readonly subject: string;
  readonly profile: ForeignProfile;
  /** When the issuer said so, in milliseconds since 1970. */
  readonly saidAt: number;
}

/** How often to look again when others make or take the same at once. */
const attempts = 5;

/** The person behind an identity, made when seen first, changed when the issuer says something new. One read when nothing is. */
export async function ensureUser(db: Executor, identity: Identity): Promise<UserId> {
  const claims = JSON.stringify(identity.profile);
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const found = await findIdentity(db, identity);
    if (found?.claims === claims) return found.userId;
    if (found !== undefined) {
      await refreshProfile(db, identity, claims);
      return found.userId;
    }
    await insertUser(db, identity, claims);
  }
  throw new ParleyError('overloaded', { retryAfterMs: 1000 });
}

async function findIdentity(
  db: Executor,
  { tenantId, issuer, subject }: Identity,
): Promise<{ readonly userId: UserId; readonly claims: string } | undefined> {
  const { rows } = await sql<{ user_id: UserId; claims: string }>`
    select user_id, claims from parley.identities
    where tenant_id = ${tenantId} and issuer = ${issuer} and subject = ${subject}`.execute(db);
  const row = rows[0];
  return row === undefined ? undefined : { userId: row.user_id, claims: row.claims };
}

/**
 * `known` is read in the same snapshot as what is taken: whoever sees the other's user sees the other's identity, and makes no second one. A user
 * taken over has no claims yet, so that the next look brings the profile.
 */
async function insertUser(db: Executor, identity: Identity, claims: string): Promise<void> {
  const { tenantId, issuer, subject, profile, saidAt } = identity;
  const derived = deriveUserId(identity);
  const preferred = isUuid(subject) ? subject : derived;
  const generated = `user-${derived.replaceAll('-', '').slice(0, 16)}`;
  const wanted = profile.username ?? generated;
  await sql`
    with known as (
      select 1 from parley.identities where tenant_id = ${tenantId} and issuer = ${issuer} and subject = ${subject}
    ), adopted as (
      select u.id from parley.users u where u.tenant_id = ${tenantId} and u.id = ${preferred}::uuid and not exists (
        select 1 from parley.identities i where i.tenant_id = u.tenant_id and i.user_id = u.id)
    ), made as (
      insert into parley.users (tenant_id, id, username, display_name, email, avatar_url)
      select ${tenantId}::uuid,
        case when exists (select 1 from parley.users where id = ${preferred}::uuid) then ${derived}::uuid else ${preferred}::uuid end,
        case when exists (select 1 from parley.users where tenant_id = ${tenantId} and username = ${wanted})
          then ${generated} else ${wanted} end,
        ${profile.displayName ?? wanted},
        case when exists (select 1 from parley.users where tenant_id = ${tenantId} and email = ${profile.email ?? null})
          then null else ${profile.email ?? null} end,
        ${profile.avatarUrl ?? null}
      where not exists (select 1 from known) and not exists (select 1 from adopted)
      on conflict do nothing returning id
    )
    insert into parley.identities (tenant_id, issuer, subject, user_id, claims, claims_at)
    select ${tenantId}::uuid, ${issuer}, ${subject}, p.id, p.claims, to_timestamp(${saidAt / 1000}::float8)
    from (select id, ${claims} as claims from made union all select id, '' from adopted) p
    where not exists (select 1 from known)
    on conflict do nothing`.execute(db);
}

/** What the token does not say stays; what others have stays theirs. An older token than the last that told something changes nothing. */
async function refreshProfile(db: Executor, identity: Identity, claims: string): Promise<void> {
  const { tenantId, issuer, subject, profile, saidAt } = identity;
  const { username, displayName, email, avatarUrl } = profile;
  try {
    await sql`
      with said as (
        update parley.identities set claims = ${claims}, claims_at = to_timestamp(${saidAt / 1000}::float8)
        where tenant_id = ${tenantId} and issuer = ${issuer} and subject = ${subject}
          and (claims_at <= to_timestamp(${saidAt / 1000}::float8) or claims = '') returning user_id
      )
      update parley.users u set rev = u.rev + 1,
        username = ${untaken('username', username ?? null)}, email = ${untaken('email', email ?? null)},
        display_name = coalesce(${displayName ?? null}, u.display_name),
        avatar_url = coalesce(${avatarUrl ?? null}, u.avatar_url)
      from said where u.tenant_id = ${tenantId} and u.id = said.user_id`.execute(db);
  } catch (error) {
    // Somebody took the name or the address in between: the next token tries again.
    if (sqlState(error) !== '23505') throw error;
  }
}

function untaken(column: 'username' | 'email', value: string | null) {
  return sql`case when ${value}::text is null or exists (
    select 1 from parley.users o where o.tenant_id = u.tenant_id and ${sql.ref(`o.${column}`)} = ${value}::text and o.id <> u.id
  ) then ${sql.ref(`u.${column}`)} else ${value}::text end`;
}

/** The same identity always has the same id, so that making it twice at once makes it once. */
function deriveUserId({ tenantId, issuer, subject }: Identity): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([tenantId, issuer, subject]))
    .digest('hex');
  const parts = [hash.slice(0, 8), hash.slice(8, 12), `5${hash.slice(12, 15)}`, `a${hash.slice(15, 18)}`];
  return [...parts, hash.slice(18, 30)].join('-');
}
