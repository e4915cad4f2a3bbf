import type { ConversationId, MessageId, OwnThread, UserId } from '@parley/protocol';
import { sql } from 'kysely';
import { isVisibleTo } from '../../access/membership.store.js';
import type { Executor, Tx } from '../../db/database.js';
import { unreadCount } from '../../eventlog/unread-count.js';
import type { LoggedEntry } from '../../kernel/define-feature.js';

/** Makes who replied follow the thread, read up to their reply. Entries that are no replies change nothing. */
export async function followThreads(tx: Tx, entries: readonly LoggedEntry[]): Promise<void> {
  const conversationIds = entries.map(({ conversationId }) => conversationId);
  const seqs = entries.map(({ seq }) => seq);
  await sql`
    insert into parley.thread_members as t (conversation_id, root_id, user_id, following, read_ord, read_seq)
    select m.conversation_id, m.thread_id, m.sender_id, true, max(m.ord), max(m.seq)
    from unnest(${sql.val(conversationIds)}::uuid[], ${sql.val(seqs)}::bigint[]) as e(conversation_id, seq)
    join parley.messages m on m.conversation_id = e.conversation_id and m.seq = e.seq
    where m.thread_id is not null
    group by 1, 2, 3 order by 1, 2, 3
    on conflict (conversation_id, root_id, user_id) do update set
      following = true,
      read_ord = greatest(t.read_ord, excluded.read_ord), read_seq = greatest(t.read_seq, excluded.read_seq)`.execute(
    tx,
  );
}

const ownUnreadCount = unreadCount({
  conversationId: 'h.conversation_id',
  threadId: 'h.root_id',
  lastOrd: 'h.last_ord',
  readOrd: 'coalesce(t.read_ord, 0)',
});

interface OwnThreadRow {
  readonly root_id: MessageId;
  readonly is_followed: boolean;
  readonly read_seq: number;
  readonly unread_count: number;
}

/** How far somebody has come in threads, by their root. Messages without replies are left out. */
export async function listOwnThreads(
  db: Executor,
  userId: UserId,
  place: { readonly conversationId: ConversationId; readonly rootIds: readonly MessageId[] },
): Promise<Record<string, OwnThread>> {
  const { rows } = await sql<OwnThreadRow>`
    select h.root_id, f.is_followed, coalesce(t.read_seq, 0) as read_seq,
      case when f.is_followed then ${sql.raw(ownUnreadCount)} else 0 end as unread_count
    from parley.thread_heads h
    join parley.messages r on r.conversation_id = h.conversation_id and r.id = h.root_id
    left join parley.thread_members t
      on t.conversation_id = h.conversation_id and t.root_id = h.root_id and t.user_id = ${userId}
    cross join lateral (select coalesce(t.following, r.sender_id = ${userId}) as is_followed) f
    where h.conversation_id = ${place.conversationId} and h.root_id = any(${sql.val([...place.rootIds])}::uuid[])
      and ${isVisibleTo({ userId }, place.conversationId, 'r')}`.execute(db);
  return Object.fromEntries(
    rows.map((row) => [
      row.root_id,
      { isFollowed: row.is_followed, readSeq: row.read_seq, unreadCount: row.unread_count },
    ]),
  );
}
