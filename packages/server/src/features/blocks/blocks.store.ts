import {
  type Block,
  type ConversationId,
  deniedByBlock,
  type Member,
  type TenantId,
  type UserId,
} from '@parley/protocol';
import { sql } from 'kysely';
import type { Executor, Tx } from '../../db/database.js';
import { iso } from '../../eventlog/time.js';

/** Who blocks whom. */
export interface BlockKey {
  readonly tenantId: TenantId;
  readonly userId: UserId;
  readonly blockedId: UserId;
}

/** Returns whether there was none before. */
export async function insertBlock(tx: Tx, { tenantId, userId, blockedId }: BlockKey): Promise<boolean> {
  const { rows } = await sql`
    insert into parley.blocks (tenant_id, user_id, blocked_id) values (${tenantId}, ${userId}, ${blockedId})
    on conflict do nothing returning 1`.execute(tx);
  return rows.length > 0;
}

/** Returns whether there was one. */
export async function deleteBlock(tx: Tx, { tenantId, userId, blockedId }: BlockKey): Promise<boolean> {
  const { rows } = await sql`
    delete from parley.blocks
    where tenant_id = ${tenantId} and user_id = ${userId} and blocked_id = ${blockedId} returning 1`.execute(
    tx,
  );
  return rows.length > 0;
}

/** Takes speech from everybody in a direct conversation, or gives it back: nothing else is ever denied there. */
export async function updateDenied(
  tx: Tx,
  change: { readonly conversationId: ConversationId; readonly seq: number; readonly isBlocked: boolean },
): Promise<void> {
  await sql`
    update parley.members set deny = ${change.isBlocked ? deniedByBlock : 0}, rev = ${change.seq}
    where conversation_id = ${change.conversationId} and status = 1`.execute(tx);
}

/** The places of a direct conversation, by user id. */
export type Places = readonly Pick<Member, 'userId' | 'deny'>[];

export async function listPlaces(tx: Tx, conversationId: ConversationId): Promise<Places> {
  const { rows } = await sql<{ user_id: UserId; deny: number }>`
    select user_id, deny from parley.members
    where conversation_id = ${conversationId} and status = 1 order by user_id`.execute(tx);
  return rows.map(({ user_id, deny }) => ({ userId: user_id, deny }));
}

export interface BlockPosition {
  /** ISO 8601 with microseconds. */
  readonly at: string;
  readonly id: string;
}

/** Whom somebody has blocked, the latest first, from a position on. */
export async function listBlocks(
  db: Executor,
  owner: { readonly tenantId: TenantId; readonly userId: UserId },
  page: { readonly after: BlockPosition | undefined; readonly limit: number },
): Promise<Block[]> {
  const after =
    page.after === undefined
      ? sql`true`
      : sql`(b.at, b.blocked_id) < (${page.after.at}::timestamptz, ${page.after.id}::uuid)`;
  const { rows } = await sql<{ blocked_id: UserId; at: string }>`
    select b.blocked_id, ${iso('b.at')} as at from parley.blocks b
    where b.tenant_id = ${owner.tenantId} and b.user_id = ${owner.userId} and ${after}
    order by b.at desc, b.blocked_id desc limit ${page.limit}`.execute(db);
  return rows.map(({ blocked_id, at }) => ({ userId: blocked_id, at }));
}
