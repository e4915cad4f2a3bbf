import type { ConversationId, Output, UserId } from '@parley/protocol';
import { sql } from 'kysely';
import type { Executor, Tx } from '../../db/database.js';
import { iso } from '../../eventlog/time.js';

export type Ban = Output<'listBans'>['items'][number];

/** A ban that is over is none; its row goes when another takes its place. */
const isStanding = sql`(b.until is null or b.until > clock_timestamp())`;

export interface NewBan {
  readonly conversationId: ConversationId;
  readonly userId: UserId;
  readonly bannedBy: UserId;
  /** ISO 8601; undefined for good. */
  readonly until: string | undefined;
}

/** Bans somebody, in the place of a ban they have. */
export async function upsertBan(tx: Tx, ban: NewBan): Promise<void> {
  await sql`
    insert into parley.bans (conversation_id, user_id, banned_by, at, until)
    values (${ban.conversationId}, ${ban.userId}, ${ban.bannedBy}, clock_timestamp(), ${ban.until ?? null}::timestamptz)
    on conflict (conversation_id, user_id) do update set
      banned_by = excluded.banned_by, at = excluded.at, until = excluded.until`.execute(tx);
}

export async function deleteBan(tx: Tx, conversationId: ConversationId, userId: UserId): Promise<void> {
  await sql`
    delete from parley.bans where conversation_id = ${conversationId} and user_id = ${userId}`.execute(tx);
}

/** Whether any of these people is banned. */
export async function hasBanned(
  tx: Tx,
  conversationId: ConversationId,
  userIds: readonly UserId[],
): Promise<boolean> {
  const { rows } = await sql`
    select 1 from parley.bans b
    where b.conversation_id = ${conversationId} and b.user_id = any(${sql.val([...userIds])}::uuid[]) and ${isStanding}
    limit 1`.execute(tx);
  return rows.length > 0;
}

export interface BanPosition {
  /** ISO 8601 with microseconds. */
  readonly at: string;
  readonly id: string;
}

/** Standing bans, the latest first, from a position on. */
export async function listBans(
  db: Executor,
  conversationId: ConversationId,
  page: { readonly after: BanPosition | undefined; readonly limit: number },
): Promise<Ban[]> {
  const after =
    page.after === undefined
      ? sql`true`
      : sql`(b.at, b.user_id) < (${page.after.at}::timestamptz, ${page.after.id}::uuid)`;
  const { rows } = await sql<{ user_id: UserId; banned_by: UserId; at: string; until: string | null }>`
    select b.user_id, b.banned_by, ${iso('b.at')} as at, ${iso('b.until')} as until from parley.bans b
    where b.conversation_id = ${conversationId} and ${isStanding} and ${after}
    order by b.at desc, b.user_id desc limit ${page.limit}`.execute(db);
  return rows.map(({ user_id, banned_by, at, until }) => ({
    userId: user_id,
    bannedBy: banned_by,
    at,
    until,
  }));
}
