import type { TenantId, UserId } from '@parley/protocol';
import { sql } from 'kysely';
import type { Actor } from '../../access/actor.js';
import { isBlockedPair } from '../../access/blocks.store.js';
import type { Executor } from '../../db/database.js';
import { iso } from '../../eventlog/time.js';
import { type Choice, type ChoiceRow, choiceColumns, shownAsNumber, toChoice } from './shown-presence.js';

export interface Acquaintance {
  readonly userId: UserId;
  /** ISO 8601; null for who was never here. */
  readonly lastSeenAt: string | null;
  readonly choice: Choice;
}

/** Those among some people with whom the actor shares a conversation, and no block either way, the actor included. Others are left out. */
export async function listAcquaintances(
  db: Executor,
  actor: Actor,
  userIds: readonly UserId[],
): Promise<Acquaintance[]> {
  const ids = sql`${sql.val([...userIds])}::uuid[]`;
  const { rows } = await sql<ChoiceRow & { id: UserId; last_seen_at: string | null }>`
    with shared as materialized (
      select me.conversation_id from parley.members me
      join parley.conversation_heads h on h.conversation_id = me.conversation_id and h.state <> 2
      where me.user_id = ${actor.userId} and me.status = 1 and h.tenant_id = ${actor.tenantId}
    )
    select u.id, ${iso('u.last_seen_at')} as last_seen_at, ${choiceColumns} from parley.users u
    where u.tenant_id = ${actor.tenantId} and u.id = any(${ids}) and (
      u.id = ${actor.userId} or u.id in (
        select m.user_id from parley.members m
        where m.user_id = any(${ids}) and m.status = 1 and m.conversation_id in (select conversation_id from shared)))
      and not ${isBlockedPair({ tenantId: sql`u.tenant_id`, one: sql`u.id`, other: sql`${actor.userId}` })}`.execute(
    db,
  );
  return rows.map((row) => ({ userId: row.id, lastSeenAt: row.last_seen_at, choice: toChoice(row) }));
}

/** Somebody who looks, and whom they look at, who is of the same tenant. */
export interface Look {
  readonly tenantId: TenantId;
  readonly watcherId: UserId;
  readonly userId: UserId;
}

/** A look that is allowed, with what there is to see. */
export interface AllowedLook extends Acquaintance {
  readonly watcherId: UserId;
  /** Allowed but for a block between the two: there is nothing to see. */
  readonly isBlocked: boolean;
}

interface LookRow extends ChoiceRow {
  readonly watcher: UserId;
  readonly watched: UserId;
  readonly is_blocked: boolean;
  readonly last_seen_at: string | null;
}

/** The looks between people who share a conversation now. */
export async function listAllowedLooks(db: Executor, looks: readonly Look[]): Promise<AllowedLook[]> {
  const tenants = looks.map((look) => look.tenantId);
  const watchers = looks.map((look) => look.watcherId);
  const watched = looks.map((look) => look.userId);
  const isBlocked = isBlockedPair({ tenantId: sql`l.tenant`, one: sql`l.watcher`, other: sql`l.watched` });
  const { rows } = await sql<LookRow>`
    select l.watcher, l.watched, ${iso('u.last_seen_at')} as last_seen_at, ${isBlocked} as is_blocked, ${choiceColumns}
    from unnest(${sql.val(tenants)}::uuid[], ${sql.val(watchers)}::uuid[], ${sql.val(watched)}::uuid[]) as l(tenant, watcher, watched)
    join parley.users u on u.tenant_id = l.tenant and u.id = l.watched
    where l.watcher = l.watched or exists (
      select 1 from parley.members a
      join parley.members b on b.conversation_id = a.conversation_id and b.user_id = l.watched and b.status = 1
      join parley.conversation_heads h on h.conversation_id = a.conversation_id and h.state <> 2
      where a.user_id = l.watcher and a.status = 1)`.execute(db);
  return rows.map((row) => ({
    watcherId: row.watcher,
    userId: row.watched,
    isBlocked: row.is_blocked,
    lastSeenAt: row.last_seen_at,
    choice: toChoice(row),
  }));
}

export interface LastSeen {
  readonly tenantId: TenantId;
  readonly userId: UserId;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** Records when people went, unless they are invisible; an earlier time than the one known changes nothing. Each person at most once. */
export async function updateLastSeen(db: Executor, seen: readonly LastSeen[]): Promise<void> {
  await sql`
    update parley.users u set last_seen_at = to_timestamp(s.at / 1000.0)
    from unnest(${sql.val(seen.map(({ tenantId }) => tenantId))}::uuid[], ${sql.val(seen.map(({ userId }) => userId))}::uuid[],
      ${sql.val(seen.map(({ at }) => at))}::bigint[]) as s(tenant_id, id, at)
    where u.tenant_id = s.tenant_id and u.id = s.id and u.shown_as <> ${shownAsNumber('invisible')}
      and (u.last_seen_at is null or u.last_seen_at < to_timestamp(s.at / 1000.0))`.execute(db);
}
