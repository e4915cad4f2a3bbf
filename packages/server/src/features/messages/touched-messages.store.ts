import type { Message } from '@parley/protocol';
import { sql } from 'kysely';
import { type MessageRow, messageColumns, toMessage } from '../../eventlog/message-row.js';
import type { ListState } from '../../kernel/state-source.js';

/**
 * Messages of a conversation, replies included, that were sent or changed after a seq. Those that never changed lie in the order of seq, the others in
 * the partial index of touched ones; each side is limited before they are merged. Asking for `rev > n` alone would read the whole conversation.
 */
export const listTouchedMessages: ListState<Message> = async (
  db,
  conversationId,
  { after, limit, visibleFrom },
) => {
  const { rows } = await sql<MessageRow>`
    select ${messageColumns} from (
      (select * from parley.messages where conversation_id = ${conversationId} and seq > ${after} and seq >= ${visibleFrom} and rev = seq
        order by seq fetch first ${limit} rows only)
      union all
      (select * from parley.messages where conversation_id = ${conversationId} and rev > ${after} and seq >= ${visibleFrom} and rev <> seq
        order by rev fetch first ${limit} rows with ties)
    ) m order by m.rev fetch first ${limit} rows with ties`.execute(db);
  return rows.map(toMessage);
};
