/**
 * One's own log: what somebody changed about themselves. Lock, number, row, inside the caller's transaction, as in `append.ts`.
 *
 * - `lockOwnHead` comes before anything is judged or changed: two devices of a person take turns, and what follows has a snapshot younger than the lock.
 * - A command's entry carries its `opId`; a unique index makes a second one impossible.
 * - Nodes hear of it as of everything that happens to a person: through `touchUsers` in the same transaction.
 */
import type { OpId, TenantId, UserId } from '@parley/protocol';
import { sql } from 'kysely';
import type { Executor, Tx } from '../db/database.js';
import type { Appended } from './append.js';
import { iso } from './time.js';

type Owner = { readonly tenantId: TenantId; readonly userId: UserId };

/** Locks the head of somebody's log; makes it when this is their first command. False when they are no more. */
export async function lockOwnHead(tx: Tx, { tenantId, userId }: Owner): Promise<boolean> {
  const lock = async (): Promise<boolean> => {
    const { rows } = await sql`
      select 1 from parley.user_heads where user_id = ${userId} and tenant_id = ${tenantId}
      for no key update`.execute(tx);
    return rows.length > 0;
  };
  if (await lock()) return true;
  // Who else makes it meanwhile holds it: this waits for their end and then takes its turn.
  await sql`
    insert into parley.user_heads (user_id, tenant_id)
    select u.id, u.tenant_id from parley.users u where u.tenant_id = ${tenantId} and u.id = ${userId}
    on conflict do nothing`.execute(tx);
  return lock();
}

/** Adds one entry to the log of somebody whose head this transaction holds. */
export async function appendOwnEntry(
  tx: Tx,
  entry: {
    readonly userId: UserId;
    /** See `own-entry-kinds.ts`. */
    readonly kind: number;
    readonly opId: OpId | null;
    readonly targets: readonly string[];
  },
): Promise<Appended> {
  const { rows } = await sql<Appended>`
    with moved as (
      update parley.user_heads set
        last_seq = last_seq + 1,
        last_at = greatest(clock_timestamp(), last_at + interval '1 microsecond'),
        xid = pg_current_xact_id()
      where user_id = ${entry.userId} returning last_seq, last_at
    )
    insert into parley.user_log (user_id, seq, kind, op_id, targets, at)
    select ${entry.userId}, m.last_seq, ${entry.kind}, ${entry.opId}, ${sql.val([...entry.targets])}::uuid[], m.last_at
    from moved m
    returning seq, ${iso('at')} as at`.execute(tx);
  const [row] = rows;
  if (row === undefined) throw new Error('appended to the log of somebody without a head');
  return row;
}

/** An entry without its content. */
export interface OwnLogEntry extends Appended {
  readonly kind: number;
  readonly targets: readonly string[];
}

/** The entry of a command that was applied before, or undefined. */
export async function findOwnRepeat(
  tx: Tx,
  key: { readonly userId: UserId; readonly opId: OpId },
): Promise<OwnLogEntry | undefined> {
  const { rows } = await sql<OwnLogEntry>`
    select seq, ${iso('at')} as at, kind, targets from parley.user_log
    where user_id = ${key.userId} and op_id = ${key.opId}`.execute(tx);
  return rows[0];
}

/** The entries after a seq, in order, at most `limit`, and the seq of the latest in the same snapshot: 0 before the first. */
export async function readOwnLog(
  db: Executor,
  { tenantId, userId }: Owner,
  range: { readonly after: number; readonly limit: number },
): Promise<{ readonly entries: readonly OwnLogEntry[]; readonly head: number }> {
  const { rows } = await sql<{ head: number } & ({ [Field in keyof OwnLogEntry]: null } | OwnLogEntry)>`
    select h.last_seq as head, e.seq, e.kind, e.targets, ${iso('e.at')} as at
    from parley.user_heads h left join lateral (
      select l.seq, l.kind, l.targets, l.at from parley.user_log l
      where l.user_id = h.user_id and l.seq > ${range.after} order by l.seq limit ${range.limit}
    ) e on true
    where h.user_id = ${userId} and h.tenant_id = ${tenantId} order by e.seq`.execute(db);
  const entries = rows.flatMap((row) =>
    row.seq === null ? [] : [{ seq: row.seq, at: row.at, kind: row.kind, targets: row.targets }],
  );
  return { entries, head: rows[0]?.head ?? 0 };
}
