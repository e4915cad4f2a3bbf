import type { ConversationId, ErrorCode, OpId, TenantId, UserId } from '@parley/protocol';
import { sql } from 'kysely';
import type { Database, Executor } from '../../db/database.js';
import { iso } from '../../eventlog/time.js';

/** Any constant; it only has to differ from other users' of advisory locks. */
const takeLock = 7_400_002;

const states = ['waiting', 'refused'] as const;
export type PendingState = (typeof states)[number];

/** An operation written inside an app's transaction that has committed. */
export interface PendingOperation {
  readonly id: number;
  readonly tenantId: TenantId;
  /** Who acts. */
  readonly userId: UserId;
  /** The operation's name. A newer node may have written one this version does not know. */
  readonly operation: string;
  /** The command's name; of a message its id. */
  readonly opId: OpId;
  readonly conversationId: ConversationId;
  /** As it was given. */
  readonly input: unknown;
  /** When it was written, ISO 8601. */
  readonly createdAt: string;
  readonly state: PendingState;
  /** Why it was refused, or what its latest attempt ran into. */
  readonly errorCode: ErrorCode | null;
  /** How often it failed for a reason that passes. */
  readonly attempts: number;
}

/** True when something waits whose time has come. All that a poll of an empty table costs. */
export async function hasDueOperations(database: Database): Promise<boolean> {
  const [row] = await database.query<{ is_due: boolean }>({
    name: 'parley_pending_due',
    text: `select exists (
      select 1 from parley.pending_operations where state = 0 and not_before <= statement_timestamp()) as is_due`,
    values: [],
  });
  return row?.is_due === true;
}

/**
 * Takes the oldest waiting operations for `leaseMs`, in their order; none while another node is taking.
 *
 * - A conversation is taken from its oldest row on or not at all: `not_before` of the oldest row speaks for all behind it, and the time it is compared
 *   with is one for the whole statement. So whoever carries rows out has all that stand before them, also when a lease ran out and two nodes do the
 *   same work: the second one's are repeats.
 * - One node takes at a time, and the lock is a statement of its own: the next one's snapshot then shows the leases of the one before.
 * - Rows are locked in the order of their ids, here and when they are deleted: two nodes that hold the same ones do not deadlock.
 * - Rows are not skipped when locked: skipping one in the middle would let a later one of its conversation overtake it.
 */
export function takeOperations(
  database: Database,
  { limit, leaseMs }: { readonly limit: number; readonly leaseMs: number },
): Promise<PendingOperation[]> {
  return database.transaction(async (tx) => {
    const lock = await sql<{ is_mine: boolean }>`
      select pg_try_advisory_xact_lock(${takeLock}) as is_mine`.execute(tx);
    if (lock.rows[0]?.is_mine !== true) return [];
    const { rows } = await sql<Row>`
      with due as (
        select p.id from parley.pending_operations p
        where p.state = 0 and (
          select b.not_before from parley.pending_operations b
          where b.conversation_id = p.conversation_id and b.state = 0 order by b.id limit 1
        ) <= statement_timestamp()
        order by p.id limit ${limit} for update of p
      )
      update parley.pending_operations p
      set not_before = statement_timestamp() + ${leaseMs}::int * interval '1 millisecond'
      from due where p.id = due.id and p.state = 0
      returning ${columns('p')}`.execute(tx);
    return rows.map(toOperation).sort((one, two) => one.id - two.id);
  });
}

/** Removes operations that have their answer. */
export async function deleteOperations(db: Executor, ids: readonly number[]): Promise<void> {
  await sql`
    with answered as (
      select id from parley.pending_operations where id = any(${sql.val(ids.map(String))}::bigint[]) order by id for update
    )
    delete from parley.pending_operations p using answered a where p.id = a.id`.execute(db);
}

/** Lets an operation wait, and with it all behind it in its conversation. With a code it counts as an attempt. */
export async function postponeOperation(
  db: Executor,
  id: number,
  pause: { readonly delayMs: number; readonly errorCode: ErrorCode | null },
): Promise<void> {
  await sql`
    update parley.pending_operations set
      not_before = statement_timestamp() + ${Math.ceil(pause.delayMs)}::int * interval '1 millisecond',
      attempts = attempts + case when ${pause.errorCode}::text is null then 0 else 1 end,
      error_code = coalesce(${pause.errorCode}::text, error_code)
    where id = ${id} and state = 0`.execute(db);
}

/** Sets an operation aside with the reason. False when that has been done, or it is gone. */
export async function refuseOperation(db: Executor, id: number, errorCode: ErrorCode): Promise<boolean> {
  const { rows } = await sql`
    update parley.pending_operations set state = 1, error_code = ${errorCode}
    where id = ${id} and state = 0 returning 1`.execute(db);
  return rows.length > 0;
}

/** Removes a refused operation. False when there is none under this id. */
export async function deleteRefused(db: Executor, id: number): Promise<boolean> {
  const { rows } = await sql`
    delete from parley.pending_operations where id = ${id} and state = 1 returning 1`.execute(db);
  return rows.length > 0;
}

/** Operations of one state behind an id, oldest first. */
export async function listOperationsOf(
  db: Executor,
  page: { readonly state: PendingState; readonly after: number; readonly limit: number },
): Promise<PendingOperation[]> {
  const { rows } = await sql<Row>`
    select ${columns('p')} from parley.pending_operations p
    where p.state = ${states.indexOf(page.state)} and p.id > ${page.after} order by p.id limit ${page.limit}`.execute(
    db,
  );
  return rows.map(toOperation);
}

/** How many wait. */
export async function countWaiting(db: Executor): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from parley.pending_operations where state = 0`.execute(db);
  return rows[0]?.count ?? 0;
}

interface Row {
  readonly id: number;
  readonly tenant_id: TenantId;
  readonly actor_id: UserId;
  readonly operation: string;
  readonly op_id: OpId;
  readonly conversation_id: ConversationId;
  readonly input: unknown;
  readonly created_at: string;
  readonly state: number;
  readonly error_code: ErrorCode | null;
  readonly attempts: number;
}

function columns(alias: string) {
  return sql`${sql.raw(
    [
      'id',
      'tenant_id',
      'actor_id',
      'operation',
      'op_id',
      'conversation_id',
      'input',
      'state',
      'error_code',
      'attempts',
    ]
      .map((column) => `${alias}.${column}`)
      .join(', '),
  )}, ${iso(`${alias}.created_at`)} as created_at`;
}

function toOperation(row: Row): PendingOperation {
  return {
    id: row.id,
    tenantId: row.tenant_id,
    userId: row.actor_id,
    operation: row.operation,
    opId: row.op_id,
    conversationId: row.conversation_id,
    input: row.input,
    createdAt: row.created_at,
    state: states[row.state] ?? 'refused',
    errorCode: row.error_code,
    attempts: row.attempts,
  };
}
