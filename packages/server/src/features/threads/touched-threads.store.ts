import type { Thread } from '@parley/protocol';
import { sql } from 'kysely';
import { type ThreadRow, threadColumns, toThread } from '../../eventlog/thread-heads.js';
import type { ListState } from '../../kernel/state-source.js';

/** Threads of a conversation that got or lost replies after a seq. */
export const listTouchedThreads: ListState<Thread> = async (
  db,
  conversationId,
  { after, limit, visibleFrom },
) => {
  const { rows } = await sql<ThreadRow>`
    select ${threadColumns} from parley.thread_heads th
    where th.conversation_id = ${conversationId} and th.rev > ${after}
      and (${visibleFrom}::bigint = 0 or exists (
        select 1 from parley.messages r where r.conversation_id = th.conversation_id and r.id = th.root_id and r.seq >= ${visibleFrom}))
    order by th.rev fetch first ${limit} rows with ties`.execute(db);
  return rows.map(toThread);
};
