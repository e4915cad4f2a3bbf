/**
 * Appends entries other than messages: lock, number, row, commit log, inside the caller's transaction.
 *
 * - `lockHead` is a statement of its own before anything is judged: what follows has a snapshot younger than the lock.
 * - The lock is held until the transaction ends, so such transactions are short, and no command waits for the network inside one.
 * - A command's first entry carries its `opId`; a unique index makes a second one impossible.
 */
import type { ConversationId, OpId, TenantId, UserId } from '@parley/protocol';
import { sql } from 'kysely';
import type { Tx } from '../db/database.js';
import { iso } from './time.js';

export interface LockedHead {
  readonly conversationId: ConversationId;
  readonly tenantId: TenantId;
  readonly state: HeadState;
  readonly lastSeq: number;
  readonly roleRights: readonly number[];
}

/** The states in the order of the numbers that are stored. */
export const headStates = ['active', 'archived', 'deleted'] as const;
export type HeadState = (typeof headStates)[number];

/** Locks a conversation and returns its head, or undefined when there is none in this tenant. */
export async function lockHead(
  tx: Tx,
  tenantId: TenantId,
  conversationId: ConversationId,
): Promise<LockedHead | undefined> {
  const { rows } = await sql<{ state: number; last_seq: number; role_rights: number[] }>`
    select state, last_seq, role_rights from parley.conversation_heads
    where conversation_id = ${conversationId} and tenant_id = ${tenantId} for no key update`.execute(tx);
  const row = rows[0];
  if (row === undefined) return undefined;
  const state = headStates[row.state] ?? 'deleted';
  return { conversationId, tenantId, state, lastSeq: row.last_seq, roleRights: row.role_rights };
}

/** Makes a head, locked by being new. False when the id is taken, whoever owns it. */
export async function insertHead(
  tx: Tx,
  head: {
    readonly conversationId: ConversationId;
    readonly tenantId: TenantId;
    readonly roleRights: readonly number[];
  },
): Promise<boolean> {
  const { rows } = await sql`
    insert into parley.conversation_heads (conversation_id, tenant_id, last_activity_at, role_rights)
    values (${head.conversationId}, ${head.tenantId}, clock_timestamp(), ${sql.val([...head.roleRights])}::int[])
    on conflict do nothing returning 1`.execute(tx);
  return rows.length > 0;
}

export interface NewEntry {
  readonly conversationId: ConversationId;
  /** Position of the kind in `changes.kind`; see `entry-kinds.ts`. */
  readonly kind: number;
  readonly actorId: UserId | null;
  readonly opId: OpId | null;
  readonly targets: readonly string[];
}

export interface Appended {
  readonly seq: number;
  /** ISO 8601 with microseconds. */
  readonly at: string;
}

/** Adds one entry to a conversation whose head this transaction holds. */
export async function appendEntry(tx: Tx, entry: NewEntry): Promise<Appended> {
  const { rows } = await sql<Appended>`
    with moved as (
      update parley.conversation_heads set
        last_seq = last_seq + 1,
        last_at = greatest(clock_timestamp(), last_at + interval '1 microsecond'),
        xid = pg_current_xact_id()
      where conversation_id = ${entry.conversationId} returning last_seq, last_at
    ), logged as (
      insert into parley.commit_log as l (touched)
      select jsonb_build_object(${entry.conversationId}::text, m.last_seq) from moved m
      on conflict (xid) do update set touched = l.touched || excluded.touched
    )
    insert into parley.changes (conversation_id, seq, kind, actor_id, op_id, targets, at)
    select ${entry.conversationId}, m.last_seq, ${entry.kind}, ${entry.actorId}, ${entry.opId},
      ${sql.val([...entry.targets])}::uuid[], m.last_at
    from moved m
    returning seq, ${iso('at')} as at`.execute(tx);
  const row = rows[0];
  if (row === undefined) throw new Error('appended to a conversation without a head');
  return row;
}

/** The first entry of a command that was applied before, or undefined. */
export async function findRepeat(
  tx: Tx,
  key: { readonly conversationId: ConversationId; readonly actorId: UserId; readonly opId: OpId },
): Promise<(Appended & { readonly kind: number; readonly targets: string[] }) | undefined> {
  const { rows } = await sql<Appended & { kind: number; targets: string[] }>`
    select seq, ${iso('at')} as at, kind, targets from parley.changes
    where conversation_id = ${key.conversationId} and actor_id = ${key.actorId} and op_id = ${key.opId}`.execute(
    tx,
  );
  return rows[0];
}
