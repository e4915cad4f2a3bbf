/**
 * What a block between two people means to the rest: whoever invites, looks or searches asks here.
 *
 * That two people may not write to each other stands in the rows of their direct conversation. Blocking looks whether there is one, and making one looks whether
 * there is a block: `lockPair` comes before both looks, so that one of the two sees the other whichever came first, on any node.
 */
import type { ConversationId, UserId } from '@parley/protocol';
import { type RawBuilder, sql } from 'kysely';
import type { Executor, Tx } from '../db/database.js';
import type { Actor } from './actor.js';

/** Makes everybody wait who blocks, unblocks, or makes the direct conversation of the same two people, until this transaction ends. */
export async function lockPair(tx: Tx, directId: ConversationId): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${directId}, 0))`.execute(tx);
}

/** Whether there is a block, either way, between the actor and any of these people. */
export async function hasBlockWith(
  db: Executor,
  { tenantId, userId }: Pick<Actor, 'tenantId' | 'userId'>,
  others: readonly UserId[],
): Promise<boolean> {
  const ids = sql`${sql.val([...others])}::uuid[]`;
  const { rows } = await sql`
    select 1 from parley.blocks where tenant_id = ${tenantId} and user_id = ${userId} and blocked_id = any(${ids})
    union all
    select 1 from parley.blocks where tenant_id = ${tenantId} and blocked_id = ${userId} and user_id = any(${ids})
    limit 1`.execute(db);
  return rows.length > 0;
}

/** Whether there is a block, either way, between two people; over SQL expressions. */
export function isBlockedPair(pair: {
  readonly tenantId: RawBuilder<unknown>;
  readonly one: RawBuilder<unknown>;
  readonly other: RawBuilder<unknown>;
}): RawBuilder<boolean> {
  const { tenantId, one, other } = pair;
  return sql`(
    exists (select 1 from parley.blocks b where b.tenant_id = ${tenantId} and b.user_id = ${one} and b.blocked_id = ${other})
    or exists (select 1 from parley.blocks b where b.tenant_id = ${tenantId} and b.user_id = ${other} and b.blocked_id = ${one}))`;
}

/** Whether the first has blocked the second; over SQL expressions. */
export function hasBlocked(pair: {
  readonly tenantId: RawBuilder<unknown>;
  readonly blocker: RawBuilder<unknown>;
  readonly blocked: RawBuilder<unknown>;
}): RawBuilder<boolean> {
  const { tenantId, blocker, blocked } = pair;
  return sql`exists (
    select 1 from parley.blocks b where b.tenant_id = ${tenantId} and b.user_id = ${blocker} and b.blocked_id = ${blocked})`;
}
