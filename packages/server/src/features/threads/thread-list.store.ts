import type { ConversationId, MessageId, UserId } from '@parley/protocol';
import { sql } from 'kysely';
import { isVisibleTo } from '../../access/membership.store.js';
import type { Executor } from '../../db/database.js';

/** A thread in the order of the latest replies. */
export interface ListedThread {
  readonly rootId: MessageId;
  readonly lastSeq: number;
  readonly lastReplyId: MessageId | null;
  /** Who wrote the latest replies, the latest first. */
  readonly participantIds: readonly UserId[];
}

export interface ThreadPage {
  readonly conversationId: ConversationId;
  readonly userId: UserId;
  /** Only those the person follows, or only the others; undefined for all. */
  readonly followed: boolean | undefined;
  /** Threads whose latest reply stands below this seq. */
  readonly before: number | undefined;
  readonly limit: number;
}

/** Threads whose root the person may see, by their latest reply, the latest first. Who took part is read from the latest hundred replies: a thread may have any number. */
export async function listThreadsByReply(db: Executor, page: ThreadPage): Promise<ListedThread[]> {
  const { conversationId, userId, followed, before, limit } = page;
  const wanted =
    followed === undefined
      ? sql`true`
      : sql`(select coalesce(t.following, r.sender_id = ${userId}) from parley.messages r
          left join parley.thread_members t on t.conversation_id = r.conversation_id and t.root_id = r.id and t.user_id = ${userId}
          where r.conversation_id = h.conversation_id and r.id = h.root_id) = ${followed}`;
  const { rows } = await sql<{
    root_id: MessageId;
    last_seq: number;
    last_reply_id: MessageId | null;
    participants: UserId[] | null;
  }>`
    select p.root_id, p.last_seq, l.id as last_reply_id, w.participants
    from (
      select h.conversation_id, h.root_id, h.last_seq from parley.thread_heads h
      where h.conversation_id = ${conversationId} and h.last_seq < ${before ?? Number.MAX_SAFE_INTEGER}
        and h.last_seq > (select c.floor_seq from parley.conversation_heads c where c.conversation_id = ${conversationId})
        and exists (
          select 1 from parley.messages m
          where m.conversation_id = h.conversation_id and m.id = h.root_id and ${isVisibleTo({ userId }, conversationId)})
        and ${wanted}
      order by h.last_seq desc limit ${limit}
    ) p
    left join lateral (
      select x.id from parley.messages x
      where x.conversation_id = p.conversation_id and x.thread_id = p.root_id and x.deleted_at is null
      order by x.ord desc limit 1
    ) l on true
    left join lateral (
      select array_agg(s.sender_id order by s.last_ord desc) as participants from (
        select y.sender_id, max(y.ord) as last_ord from (
          select x.sender_id, x.ord, x.deleted_at from parley.messages x
          where x.conversation_id = p.conversation_id and x.thread_id = p.root_id order by x.ord desc limit 100
        ) y where y.deleted_at is null group by y.sender_id order by 2 desc limit 5
      ) s
    ) w on true
    order by p.last_seq desc`.execute(db);
  return rows.map((row) => ({
    rootId: row.root_id,
    lastSeq: row.last_seq,
    lastReplyId: row.last_reply_id,
    participantIds: row.participants ?? [],
  }));
}
