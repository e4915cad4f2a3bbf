import {
  type ConversationId,
  type Role,
  rightsOf,
  roles,
  type TenantId,
  type UserId,
} from '@parley/protocol';
import { type RawBuilder, sql } from 'kysely';
import type { Executor, Tx } from '../db/database.js';

/** Somebody's active place in a conversation, with what decides their rights. */
export interface Membership {
  readonly userId: UserId;
  readonly role: Role;
  readonly allow: number;
  readonly deny: number;
  readonly isMuted: boolean;
}

/** The row of an active member, or undefined. The tenant is checked by whoever read the head. */
export async function findMembership(
  db: Executor,
  conversationId: ConversationId,
  userId: UserId,
): Promise<Membership | undefined> {
  const { rows } = await sql<{
    user_id: UserId;
    role: number;
    allow: number;
    deny: number;
    is_muted: boolean | null;
  }>`
    select user_id, role, allow, deny, muted_until > clock_timestamp() as is_muted
    from parley.members
    where conversation_id = ${conversationId} and user_id = ${userId} and status = 1`.execute(db);
  const row = rows[0];
  if (row === undefined) return undefined;
  return {
    userId: row.user_id,
    role: roleOf(row.role),
    allow: row.allow,
    deny: row.deny,
    isMuted: row.is_muted === true,
  };
}

/** What a read in a conversation must know of who reads. */
export interface Reader {
  /** The first seq they may see: that of their coming in where history begins with it, else 0. */
  readonly visibleFrom: number;
  /** As bits. */
  readonly rights: number;
}

/**
 * The first seq a member may see, over columns of their row and of the head `h`. The one rule of where history begins: whatever reads messages compares their
 * seq with this, for quotes, roots and targets as for pages.
 */
export function visibleFrom(member: 'm' | 'me' | 'v'): string {
  return `(case when h.hidden_below > 0 then ${member}.joined_seq else 0 end)`;
}

/** Whether the message `m` or `r` lies above what retention has dropped and where history begins for somebody; false for who is no member. */
export function isVisibleTo(
  { userId }: { readonly userId: UserId },
  conversationId: ConversationId,
  message: 'm' | 'r' = 'm',
): RawBuilder<boolean> {
  return sql`${sql.ref(`${message}.seq`)} > (
    select greatest(h.floor_seq, ${sql.raw(visibleFrom('v'))} - 1) from parley.conversation_heads h
    join parley.members v on v.conversation_id = h.conversation_id and v.user_id = ${userId} and v.status = 1
    where h.conversation_id = ${conversationId})`;
}

/** Who may read the conversation: an active member, in the conversation's own tenant, and it is not deleted. Undefined for everybody else. */
export async function findReader(
  db: Executor,
  actor: { readonly tenantId: TenantId; readonly userId: UserId },
  conversationId: ConversationId,
): Promise<Reader | undefined> {
  const { rows } = await sql<{
    visible_from: number;
    role: number;
    allow: number;
    deny: number;
    role_rights: number[];
  }>`
    select ${sql.raw(visibleFrom('m'))} as visible_from, m.role, m.allow, m.deny, h.role_rights from parley.conversation_heads h
    join parley.members m on m.conversation_id = h.conversation_id and m.user_id = ${actor.userId} and m.status = 1
    where h.conversation_id = ${conversationId} and h.tenant_id = ${actor.tenantId} and h.state <> 2`.execute(
    db,
  );
  const row = rows[0];
  if (row === undefined) return undefined;
  const { allow, deny } = row;
  const rights = rightsOf({ roleRights: row.role_rights, role: roleOf(row.role), allow, deny });
  return { visibleFrom: row.visible_from, rights };
}

export interface NewMembers {
  readonly tenantId: TenantId;
  readonly conversationId: ConversationId;
  readonly userIds: readonly UserId[];
  readonly role: Role;
  readonly seq: number;
  readonly at: string;
}

/**
 * Makes members of people of the tenant, whoever they were here before; active members stay as they are. Returns who came in. People of other
 * tenants and unknown ids are left out by the same statement, so the caller can tell by the count. They have read whatever stands there when they come.
 */
export async function insertMembers(tx: Tx, input: NewMembers): Promise<UserId[]> {
  const { rows } = await sql<{ user_id: UserId }>`
    with hidden as (
      update parley.conversation_heads set hidden_below = ${input.seq}
      where conversation_id = ${input.conversationId} and hidden_below > 0
    )
    insert into parley.members as m (conversation_id, user_id, role, joined_seq, rev, joined_at, read_seq, read_ord, delivered_seq, read_xid)
    select ${input.conversationId}, u.id, ${roles.indexOf(input.role)}, ${input.seq}, ${input.seq}, ${input.at}::timestamptz,
      h.last_seq, h.last_ord, h.last_seq, pg_current_xact_id()
    from parley.users u join parley.conversation_heads h on h.conversation_id = ${input.conversationId}
    where u.tenant_id = ${input.tenantId} and u.id = any(${sql.val([...input.userIds])}::uuid[])
    on conflict (conversation_id, user_id) do update set
      role = excluded.role, allow = 0, deny = 0, status = 1, joined_seq = excluded.joined_seq, rev = excluded.rev,
      joined_at = excluded.joined_at, left_seq = null, muted_until = null,
      read_seq = excluded.read_seq, read_ord = excluded.read_ord, delivered_seq = excluded.delivered_seq,
      read_xid = excluded.read_xid, unread_from_seq = null
      where m.status <> 1
    returning m.user_id`.execute(tx);
  return rows.map((row) => row.user_id);
}

/** Whether somebody is of the tenant. */
export async function hasUser(db: Executor, tenantId: TenantId, userId: UserId): Promise<boolean> {
  return (await countUsers(db, tenantId, [userId])) > 0;
}

/** How many of the ids are people of the tenant. */
export async function countUsers(
  tx: Executor,
  tenantId: TenantId,
  userIds: readonly UserId[],
): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from parley.users
    where tenant_id = ${tenantId} and id = any(${sql.val([...userIds])}::uuid[])`.execute(tx);
  return rows[0]?.count ?? 0;
}

/** A role as the database stores it. */
export function roleOf(position: number): Role {
  return roles[position] ?? 'member';
}
