import type { ConversationId, MessageId, OwnThread, UserId } from '@parley/protocol';
import { sql } from 'kysely';
import { isVisibleTo } from '../../access/membership.store.js';
import type { Executor } from '../../db/database.js';
import { unreadCount } from '../../eventlog/unread-count.js';

const ownUnreadCount = unreadCount({
  conversationId: 'w.conversation_id',
  threadId: 'w.root_id',
  lastOrd: 'coalesce(h.last_ord, 0)',
  readOrd: 'w.read_ord',
});

/**
 * Says whether a member follows a thread, and moves what their other devices find their own state by. Undefined when the conversation has no such root that
 * they may see, or they are no active member of it.
 */
export async function updateFollowing(
  db: Executor,
  thread: { readonly conversationId: ConversationId; readonly rootId: MessageId; readonly userId: UserId },
  isFollowed: boolean,
): Promise<(OwnThread & { readonly hasChanged: boolean }) | undefined> {
  const { conversationId, rootId, userId } = thread;
  const { rows } = await sql<{ was_followed: boolean; read_seq: number; unread_count: number }>`
    with root as materialized (
      select r.conversation_id, r.id, coalesce(t.following, r.sender_id = ${userId}) as was_followed
      from parley.messages r
      join parley.members m on m.conversation_id = r.conversation_id and m.user_id = ${userId} and m.status = 1
      left join parley.thread_members t on t.conversation_id = r.conversation_id and t.root_id = r.id and t.user_id = ${userId}
      where r.conversation_id = ${conversationId} and r.id = ${rootId} and r.thread_id is null
        and ${isVisibleTo({ userId }, conversationId, 'r')}
    ), w as (
      insert into parley.thread_members as t (conversation_id, root_id, user_id, following)
      select conversation_id, id, ${userId}::uuid, ${isFollowed}::boolean from root
      on conflict (conversation_id, root_id, user_id) do update set following = excluded.following
      returning conversation_id, root_id, read_ord, read_seq
    ), touched as (
      update parley.members m set read_xid = pg_current_xact_id() from root
      where m.conversation_id = root.conversation_id and m.user_id = ${userId} and root.was_followed <> ${isFollowed}
    )
    select root.was_followed, w.read_seq, ${sql.raw(ownUnreadCount)} as unread_count
    from w join root on true
    left join parley.thread_heads h on h.conversation_id = w.conversation_id and h.root_id = w.root_id`.execute(
    db,
  );
  const [row] = rows;
  if (row === undefined) return undefined;
  return {
    isFollowed,
    readSeq: row.read_seq,
    unreadCount: isFollowed ? row.unread_count : 0,
    hasChanged: row.was_followed !== isFollowed,
  };
}
