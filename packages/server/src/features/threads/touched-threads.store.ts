import type { Thread } from '@parley/protocol';
import { sql } from 'kysely';
import { type ThreadRow, threadColumns, toThread } from '../../eventlog/thread-heads.js';
import type { ListState } from '../../kernel/state-source.js';

/** Threads of a conversation that got or lost replies after a seq. */
export const listTouchedThreads: ListState<Thread> = async (db, conversationId, { after, limit }) => {
  const { rows } = await sql<ThreadRow>`
    select ${threadColumns} from parley.thread_heads th
    where th.conversation_id = ${conversationId} and th.rev > ${after}
    order by th.rev fetch first ${limit} rows with ties`.execute(db);
  return rows.map(toThread);
};
