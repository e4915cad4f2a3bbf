import type { ConversationId, Member, UserId } from '@parley/protocol';
import { roles } from '@parley/protocol';
import { type RawBuilder, sql } from 'kysely';
import { roleOf } from '../../access/membership.store.js';
import type { Executor, Tx } from '../../db/database.js';
import { iso } from '../../eventlog/time.js';

/** An active member's row. */
export interface MemberRow {
  readonly conversation_id: ConversationId;
  readonly user_id: UserId;
  readonly role: number;
  readonly joined_seq: number;
  readonly joined_at: string;
  readonly rev: number;
}

/** The columns of a member, read from the alias `m`. */
export const memberColumns: RawBuilder<MemberRow> = sql`
  m.conversation_id, m.user_id, m.role, m.joined_seq, ${iso('m.joined_at')} as joined_at, m.rev`;

/** Active members in the order they came, from a position on. */
export async function listMembers(
  db: Executor,
  conversationId: ConversationId,
  page: { readonly after: MemberPosition | undefined; readonly limit: number },
): Promise<Member[]> {
  const after =
    page.after === undefined
      ? sql`true`
      : sql`(m.joined_seq, m.user_id) > (${page.after.joinedSeq}::bigint, ${page.after.userId}::uuid)`;
  const { rows } = await sql<MemberRow>`
    select ${memberColumns} from parley.members m
    where m.conversation_id = ${conversationId} and m.status = 1 and ${after}
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

/** Ends an active membership. */
export async function endMembership(
  tx: Tx,
  end: {
    readonly conversationId: ConversationId;
    readonly userId: UserId;
    readonly seq: number;
    readonly hasLeft: boolean;
  },
): Promise<void> {
  await sql`
    update parley.members set status = ${end.hasLeft ? 2 : 3}, left_seq = ${end.seq}, rev = ${end.seq}
    where conversation_id = ${end.conversationId} and user_id = ${end.userId} and status = 1`.execute(tx);
}

export async function countOwners(tx: Tx, conversationId: ConversationId): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from parley.members
    where conversation_id = ${conversationId} and status = 1 and role = ${roles.indexOf('owner')}`.execute(
    tx,
  );
  return rows[0]?.count ?? 0;
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
    joinedSeq: row.joined_seq,
    joinedAt: row.joined_at,
    rev: row.rev,
  };
}
