import type { ErrorCode } from '@parley/protocol';
import { sql } from 'kysely';
import type { Tx } from '../db/database.js';
import type { Operation } from './command.js';

/**
 * What may not be because it is about a message from before the actor's time: to them there is no such message, whatever kind of command refers to it. An error code
 * for each operation that may not be, in their order. Asks the database only where history begins with joining.
 */
export async function refuseHidden(
  tx: Tx,
  operations: readonly Operation[],
): Promise<readonly (ErrorCode | undefined)[]> {
  const references = operations.flatMap((operation) =>
    operation.standing.visibleFrom === 0
      ? []
      : idsOf(operation).map((id) => ({ conversationId: operation.conversationId, id })),
  );
  if (references.length === 0) return [];
  const { rows } = await sql<{ conversation_id: string; id: string; seq: number }>`
    select distinct m.conversation_id, m.id, m.seq
    from unnest(${sql.val(references.map(({ conversationId }) => conversationId))}::uuid[],
      ${sql.val(references.map(({ id }) => id))}::uuid[]) as r(conversation, id)
    join parley.messages m on m.conversation_id = r.conversation and m.id = r.id`.execute(tx);
  const seqs = new Map(rows.map((row) => [`${row.conversation_id} ${row.id}`, row.seq]));
  return operations.map((operation) => {
    const isHidden = (id: string): boolean =>
      (seqs.get(`${operation.conversationId} ${id}`) ?? Number.POSITIVE_INFINITY) <
      operation.standing.visibleFrom;
    const hidden = idsOf(operation).filter(isHidden);
    if (hidden.length === 0) return undefined;
    // A message that answers one they may not see is refused as one that answers none.
    const isAnswer = operation.message !== undefined && !hidden.includes(operation.message.threadId ?? '');
    return isAnswer ? 'invalid_reference' : 'not_found';
  });
}

/** The rows it is about. A new message's own id names it alone. */
function idsOf({ targets, refersTo = [], message }: Operation): readonly string[] {
  return message === undefined ? [...targets, ...refersTo] : refersTo;
}
