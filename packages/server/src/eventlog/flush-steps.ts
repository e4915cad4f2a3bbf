import {
  type ConversationId,
  type OpId,
  type Role,
  speech,
  type TenantId,
  type UserId,
} from '@parley/protocol';
import { sql } from 'kysely';
import { roleOf } from '../access/membership.store.js';
import type { Tx } from '../db/database.js';
import type { LogFunctions } from './functions.js';
import { type Refusal, toRefusal } from './send.js';

/** An operation as the log sees it: who wants to add an entry of a kind, under which name, and the bit it needs. */
export interface Candidate {
  readonly tenantId: TenantId;
  readonly conversationId: ConversationId;
  readonly actorId: UserId;
  readonly opId: OpId;
  /** 0 is a message; see `entry-kinds.ts`. */
  readonly kind: number;
  /** 0 needs membership only. */
  readonly right: number;
}

/** What lock, repeats and rights say of it. */
export type Admission =
  | {
      readonly status: 'admitted';
      readonly role: Role;
      readonly rights: number;
      readonly visibleFrom: number;
      readonly hiddenBelow: number;
    }
  | { readonly status: 'repeated'; readonly seq: number; readonly at: string }
  | { readonly status: 'busy' }
  | Refusal;

/** An admitted operation about to be numbered. */
export interface Placing {
  readonly conversationId: ConversationId;
  readonly actorId: UserId;
  readonly opId: OpId;
  readonly kind: number;
  readonly targets: readonly string[];
  /** The root of the thread a message is a reply in. */
  readonly threadId: string | null;
}

export interface Place {
  readonly seq: number;
  readonly ord: number;
  readonly at: string;
}

/** The two steps of a flush that are the same for every kind. */
export interface FlushSteps {
  /** Locks, then looks for repeats and judges rights: one admission for every candidate, in their order. */
  begin(tx: Tx, candidates: readonly Candidate[], options: { readonly wait: boolean }): Promise<Admission[]>;
  /** Numbers, stamps and logs: one place for every operation, in their order. */
  place(tx: Tx, operations: readonly Placing[]): Promise<Place[]>;
}

export function createFlushSteps(functions: LogFunctions): FlushSteps {
  const [beginFlush, placeFlush] = [sql.raw(functions.begin_flush), sql.raw(functions.place_flush)];
  return {
    begin: async (tx, candidates, { wait }) => {
      const column = columns(candidates);
      const { rows } = await sql<AdmissionRow>`
        select * from ${beginFlush}(
          ${column(({ tenantId }) => tenantId)}::uuid[], ${column(({ conversationId }) => conversationId)}::uuid[],
          ${column(({ actorId }) => actorId)}::uuid[], ${column(({ opId }) => opId)}::uuid[],
          ${column(({ kind }) => kind)}::smallint[], ${column(({ right }) => right)}::int[], ${speech}, ${wait}, null)`.execute(
        tx,
      );
      return inOrder(candidates.length, rows, toAdmission);
    },
    place: async (tx, operations) => {
      const column = columns(operations);
      const { rows } = await sql<PlaceRow>`
        select * from ${placeFlush}(
          ${column(({ conversationId }) => conversationId)}::uuid[], ${column(({ kind }) => kind)}::smallint[],
          ${column(({ actorId }) => actorId)}::uuid[], ${column(({ opId }) => opId)}::uuid[],
          ${column(({ threadId }) => threadId)}::uuid[], ${column(({ targets }) => `{${targets.join(',')}}`)}::text[], null)`.execute(
        tx,
      );
      return inOrder(operations.length, rows, ({ o_seq, o_ord, o_at }) => ({
        seq: o_seq,
        ord: o_ord,
        at: o_at,
      }));
    },
  };
}

interface AdmissionRow {
  readonly o_index: number;
  readonly o_status: number;
  readonly o_seq: number | null;
  readonly o_at: string | null;
  readonly o_role: number | null;
  readonly o_rights: number | null;
  readonly o_visible_from: number | null;
  readonly o_hidden_below: number | null;
}

interface PlaceRow extends Record<`o_${'seq' | 'ord' | 'index'}`, number> {
  readonly o_at: string;
}

function toAdmission(row: AdmissionRow): Admission {
  if (row.o_status === 0 && row.o_role !== null && row.o_rights !== null)
    return {
      status: 'admitted',
      role: roleOf(row.o_role),
      rights: row.o_rights,
      visibleFrom: row.o_visible_from ?? 0,
      hiddenBelow: row.o_hidden_below ?? 0,
    };
  if (row.o_status === 1 && row.o_seq !== null && row.o_at !== null)
    return { status: 'repeated', seq: row.o_seq, at: row.o_at };
  if (row.o_status === 2) return { status: 'busy' };
  return toRefusal(row);
}

/** A function that takes one field of all rows as a parameter. */
function columns<Row>(rows: readonly Row[]) {
  return (field: (row: Row) => string | number | null) => sql.val(rows.map(field));
}

/** Rows of a set-returning function, which come in any order, as one value for each input. */
function inOrder<Row extends { readonly o_index: number }, Value>(
  count: number,
  rows: readonly Row[],
  read: (row: Row) => Value,
): Value[] {
  const values = new Array<Value>(count);
  for (const row of rows) values[row.o_index - 1] = read(row);
  if (rows.length !== count) throw new Error(`the flush answered ${rows.length} of ${count} operations`);
  return values;
}
