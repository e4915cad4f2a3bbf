import type { SendOperation } from '../../packages/server/src/eventlog/send.js';

/** Runs one statement and gives its rows. */
export type RunQuery = (text: string, values: unknown[]) => Promise<unknown[]>;

export interface RawVerdict {
  readonly status: number;
  readonly seq: number | null;
  readonly ord: number | null;
  readonly at: string | null;
}

/** Statuses of `send.sql`, by their names there. */
export const status = {
  applied: 0,
  repeated: 1,
  busy: 2,
  idConflict: 3,
  notFound: 4,
  archived: 5,
  forbidden: 6,
  muted: 7,
  blocked: 8,
} as const;

/** Calls the installed function as it is, on a connection whose transaction the test holds, or with a clock of the test's. */
export async function callSend(
  query: RunQuery,
  call: {
    readonly sendFunction: string;
    readonly operations: readonly SendOperation[];
    readonly wait?: boolean;
    readonly now?: string;
  },
): Promise<RawVerdict[]> {
  const of = (key: keyof SendOperation) => call.operations.map((operation) => operation[key]);
  const rows = await query(
    `select o_status as status, o_seq::int as seq, o_ord::int as ord, o_at as at
     from ${call.sendFunction}($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7, $8::timestamptz)
     order by o_index`,
    [
      of('tenantId'),
      of('conversationId'),
      of('senderId'),
      of('id'),
      of('content'),
      of('metadata'),
      call.wait ?? false,
      call.now ?? null,
    ],
  );
  // The columns are those of the statement above.
  return rows as RawVerdict[];
}
