import type { ConversationId, EventOf, Member, Role, UserId } from '@parley/protocol';
import { ParleyError, roles } from '@parley/protocol';
import { type RawBuilder, sql } from 'kysely';
import { roleOf } from '../../access/membership.store.js';
import type { Executor, Tx } from '../../db/database.js';
import { iso } from '../../eventlog/time.js';

/** An active member's row. */
export interface MemberRow {
  readonly conversation_id: ConversationId;
  readonly user_id: UserId;
  readonly role: number;
  readonly allow: number;
  readonly deny: number;
  readonly muted_until: string | null;
  readonly joined_seq: number;
  readonly joined_at: string;
  readonly rev: number;
}

/** The columns of a member, read from the alias `m`. */
export const memberColumns: RawBuilder<MemberRow> = sql`
  m.conversation_id, m.user_id, m.role, m.allow, m.deny, ${iso('m.muted_until')} as muted_until, m.joined_seq, ${iso('m.joined_at')} as joined_at, m.rev`;

/** Active members in the order they came, from a position on. */
export async function listMembers(
  db: Executor,
  conversationId: ConversationId,
  page: {
    readonly role: Role | undefined;
    readonly after: MemberPosition | undefined;
    readonly limit: number;
  },
): Promise<Member[]> {
  const ofRole = page.role === undefined ? sql`true` : sql`m.role = ${roles.indexOf(page.role)}`;
  const after =
    page.after === undefined
      ? sql`true`
      : sql`(m.joined_seq, m.user_id) > (${page.after.joinedSeq}::bigint, ${page.after.userId}::uuid)`;
  const { rows } = await sql<MemberRow>`
    select ${memberColumns} from parley.members m
    where m.conversation_id = ${conversationId} and m.status = 1 and ${ofRole} and ${after}
    order by m.joined_seq, m.user_id limit ${page.limit}`.execute(db);
  return rows.map(toMember);
}

export interface MemberPosition {
  readonly joinedSeq: number;
  readonly userId: string;
}

/** More would make the event that names them larger than what sockets carry in one piece; the list of members has them. */
const mostMembersNamed = 100;

/** The active members who came in by one entry of the log; none when more than a hundred did. */
export async function listMembersJoinedAt(
  db: Executor,
  conversationId: ConversationId,
  seq: number,
): Promise<Member[]> {
  const { rows } = await sql<MemberRow>`
    select ${memberColumns} from parley.members m
    where m.conversation_id = ${conversationId} and m.status = 1 and m.joined_seq = ${seq}
    order by m.user_id limit ${mostMembersNamed + 1}`.execute(db);
  return rows.length > mostMembersNamed ? [] : rows.map(toMember);
}

/** The active members among some people. */
export async function listMembersAmong(
  db: Executor,
  conversationId: ConversationId,
  userIds: readonly string[],
): Promise<Member[]> {
  const { rows } = await sql<MemberRow>`
    select ${memberColumns} from parley.members m
    where m.conversation_id = ${conversationId} and m.status = 1 and m.user_id = any(${sql.val([...userIds])}::uuid[])
    order by m.joined_seq, m.user_id`.execute(db);
  return rows.map(toMember);
}

export type LeaveReason = EventOf<'members.removed'>['data']['reason'];

/** How somebody went, in the order of the statuses that say so; 1 is an active member. Never renumber. */
const leaveReasons = ['left', 'removed', 'banned'] as const satisfies readonly LeaveReason[];
const firstLeaveStatus = 2;

/** Ends an active membership. */
export async function endMembership(
  tx: Tx,
  end: {
    readonly conversationId: ConversationId;
    readonly userId: UserId;
    readonly seq: number;
    readonly reason: LeaveReason;
  },
): Promise<void> {
  const status = leaveReasons.indexOf(end.reason) + firstLeaveStatus;
  await sql`
    update parley.members set status = ${status}, left_seq = ${end.seq}, rev = ${end.seq}
    where conversation_id = ${end.conversationId} and user_id = ${end.userId} and status = 1`.execute(tx);
}

/** How somebody went, and by which entry; undefined for a member and for who never was one. */
export async function findLeave(
  db: Executor,
  conversationId: ConversationId,
  userId: UserId,
): Promise<{ readonly reason: LeaveReason; readonly seq: number } | undefined> {
  const { rows } = await sql<{ status: number; seq: number }>`
    select status, left_seq as seq from parley.members
    where conversation_id = ${conversationId} and user_id = ${userId} and left_seq is not null`.execute(db);
  const row = rows[0];
  const reason = row && leaveReasons[row.status - firstLeaveStatus];
  return row === undefined || reason === undefined ? undefined : { reason, seq: row.seq };
}

/** The entries by which people were banned, as far as they have not come back. */
export async function listBanSeqs(
  db: Executor,
  conversationId: ConversationId,
  seqs: readonly number[],
): Promise<ReadonlySet<number>> {
  const { rows } = await sql<{ seq: number }>`
    select left_seq as seq from parley.members
    where conversation_id = ${conversationId} and left_seq = any(${sql.val([...seqs])}::bigint[])
      and status = ${leaveReasons.indexOf('banned') + firstLeaveStatus}`.execute(db);
  return new Set(rows.map(({ seq }) => seq));
}

/** Changes a member's role, exceptions or mute; what is undefined stays. */
export async function updatePlace(
  tx: Tx,
  change: {
    readonly conversationId: ConversationId;
    readonly userId: UserId;
    readonly seq: number;
    readonly role?: Role | undefined;
    readonly allow?: number | undefined;
    readonly deny?: number | undefined;
    readonly mutedUntil?: string | null | undefined;
  },
): Promise<void> {
  const { role, allow, deny, mutedUntil } = change;
  await sql`
    update parley.members set rev = ${change.seq},
      role = ${role === undefined ? sql`role` : roles.indexOf(role)},
      allow = ${allow ?? sql`allow`}, deny = ${deny ?? sql`deny`},
      muted_until = ${mutedUntil === undefined ? sql`muted_until` : sql`${mutedUntil}::timestamptz`}
    where conversation_id = ${change.conversationId} and user_id = ${change.userId} and status = 1`.execute(
    tx,
  );
}

async function countOwners(tx: Tx, conversationId: ConversationId): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from parley.members
    where conversation_id = ${conversationId} and status = 1 and role = ${roles.indexOf('owner')}`.execute(
    tx,
  );
  return rows[0]?.count ?? 0;
}

/** Throws `last_owner` when this member is an owner and nobody else is. */
export async function requireOwnerLeft(
  tx: Tx,
  conversationId: ConversationId,
  { role }: { readonly role: Role },
): Promise<void> {
  if (role === 'owner' && (await countOwners(tx, conversationId)) === 1) throw new ParleyError('last_owner');
}

/** Moves the count of members, which is part of the conversation and so of its rev. */
export async function updateMemberCount(
  tx: Tx,
  change: { readonly conversationId: ConversationId; readonly by: number; readonly seq: number },
): Promise<void> {
  await sql`
    update parley.conversations set member_count = member_count + ${change.by}, rev = ${change.seq}
    where id = ${change.conversationId}`.execute(tx);
}

export function toMember(row: MemberRow): Member {
  return {
    conversationId: row.conversation_id,
    userId: row.user_id,
    role: roleOf(row.role),
    allow: row.allow,
    deny: row.deny,
    mutedUntil: row.muted_until,
    joinedSeq: row.joined_seq,
    joinedAt: row.joined_at,
    rev: row.rev,
  };
}
