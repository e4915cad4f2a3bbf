import type { ConversationId, ErrorCode, MessageId, TenantId, UserId } from '@parley/protocol';
import type { Database } from '../db/database.js';

/** A message on its way into the log. */
export interface SendOperation {
  readonly tenantId: TenantId;
  readonly conversationId: ConversationId;
  readonly senderId: UserId;
  readonly id: MessageId;
  readonly content: string;
  /** JSON text, or null. */
  readonly metadata: string | null;
}

/** What became of it. `busy`: somebody else holds the conversation; nothing was decided. */
export type SendVerdict =
  | {
      readonly status: 'applied' | 'repeated';
      readonly seq: number;
      readonly ord: number;
      readonly at: string;
    }
  | { readonly status: 'busy' }
  | Refusal;

/** Why an operation may not be, and for how long where that is known. */
export interface Refusal {
  readonly status: 'refused';
  readonly code: ErrorCode;
  readonly retryAfterMs?: number;
}

/** Sends a batch; one verdict for every operation, in their order. */
export type SendBatch = (
  operations: readonly SendOperation[],
  options: { readonly wait: boolean },
) => Promise<SendVerdict[]>;

/** Binds the installed function (`parley.send_<hash>`) to a database. */
export function createSendBatch(database: Database, functionName: string): SendBatch {
  const text = `select o_index, o_status, o_seq, o_ord, o_at from ${functionName}($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7, null)`;
  return async (operations, { wait }) => {
    const values = [
      operations.map((operation) => operation.tenantId),
      operations.map((operation) => operation.conversationId),
      operations.map((operation) => operation.senderId),
      operations.map((operation) => operation.id),
      operations.map((operation) => operation.content),
      operations.map((operation) => operation.metadata),
      wait,
    ];
    const rows = await database.query<SendRow>({ name: 'parley_send', text, values });
    const verdicts = new Array<SendVerdict>(operations.length);
    for (const row of rows) verdicts[row.o_index - 1] = toVerdict(row);
    return verdicts;
  };
}

interface SendRow {
  readonly o_index: number;
  readonly o_status: number;
  readonly o_seq: number | null;
  readonly o_ord: number | null;
  readonly o_at: string | null;
}

/** What a status of the log functions stands for. */
const refusals: Readonly<Record<number, ErrorCode>> = {
  3: 'id_conflict',
  4: 'not_found',
  5: 'conversation_archived',
  6: 'forbidden',
  7: 'muted',
  8: 'dm_not_allowed',
};

function toVerdict(row: SendRow): SendVerdict {
  if (row.o_status <= 1 && row.o_seq !== null && row.o_ord !== null && row.o_at !== null)
    return {
      status: row.o_status === 0 ? 'applied' : 'repeated',
      seq: row.o_seq,
      ord: row.o_ord,
      at: row.o_at,
    };
  if (row.o_status === 2) return { status: 'busy' };
  return toRefusal(row);
}

/** What a status that is no answer stands for. Of who is muted the seq says for how many milliseconds. */
export function toRefusal({ o_status, o_seq }: Pick<SendRow, 'o_status' | 'o_seq'>): Refusal {
  const code = refusals[o_status];
  if (code === undefined) throw new Error(`the log answered status ${o_status}`);
  return { status: 'refused', code, ...(o_seq === null ? {} : { retryAfterMs: o_seq }) };
}
