import type { ConversationId, MessageId, Thread, UserId } from '@parley/protocol';
import { type RawBuilder, sql } from 'kysely';
import { isVisibleTo } from '../access/membership.store.js';
import type { Executor, Tx } from '../db/database.js';
import { iso } from './time.js';

/** The columns of a thread's head, read from the alias `th`. */
export const threadColumns: RawBuilder<ThreadRow> = sql`
  th.conversation_id, th.root_id, th.reply_count, th.last_ord, th.last_seq, ${iso('th.last_reply_at')} as last_reply_at, th.rev`;

export interface ThreadRow {
  readonly conversation_id: ConversationId;
  readonly root_id: MessageId;
  readonly reply_count: number;
  readonly last_ord: number;
  readonly last_seq: number;
  readonly last_reply_at: string;
  readonly rev: number;
}

export interface ThreadKey {
  readonly conversationId: ConversationId;
  readonly rootId: string;
}

/**
 * The heads of threads, of one conversation or of several; roots without replies are left out. For a viewer, who sees one conversation, also those whose root they
 * may not see.
 */
export async function listThreads(
  db: Executor,
  keys: readonly ThreadKey[],
  viewed?: { readonly conversationId: ConversationId; readonly viewer: { readonly userId: UserId } },
): Promise<Thread[]> {
  if (keys.length === 0) return [];
  const isVisible =
    viewed === undefined
      ? sql`true`
      : sql`exists (
        select 1 from parley.messages r where r.conversation_id = th.conversation_id and r.id = th.root_id
          and ${isVisibleTo(viewed.viewer, viewed.conversationId, 'r')})`;
  const { rows } = await sql<ThreadRow>`
    select ${threadColumns}
    from unnest(${sql.val(keys.map((key) => key.conversationId))}::uuid[], ${sql.val(keys.map((key) => key.rootId))}::uuid[]) as k(conversation, root)
    join parley.thread_heads th on th.conversation_id = k.conversation and th.root_id = k.root
    where ${isVisible}`.execute(db);
  return rows.map(toThread);
}

/** Takes deleted replies out of their threads' counts, one key with its seq for each. */
export async function uncountReplies(
  tx: Tx,
  deleted: readonly (ThreadKey & { readonly seq: number })[],
): Promise<void> {
  if (deleted.length === 0) return;
  await sql`
    update parley.thread_heads th set reply_count = th.reply_count - d.n, rev = d.seq
    from (
      select k.conversation, k.root, count(*) as n, max(k.seq) as seq
      from unnest(${sql.val(deleted.map((key) => key.conversationId))}::uuid[], ${sql.val(deleted.map((key) => key.rootId))}::uuid[],
        ${sql.val(deleted.map((key) => key.seq))}::bigint[]) as k(conversation, root, seq) group by k.conversation, k.root
    ) d where th.conversation_id = d.conversation and th.root_id = d.root`.execute(tx);
}

export function toThread(row: ThreadRow): Thread {
  return {
    conversationId: row.conversation_id,
    rootId: row.root_id,
    replyCount: row.reply_count,
    lastOrd: row.last_ord,
    lastSeq: row.last_seq,
    lastReplyAt: row.last_reply_at,
    rev: row.rev,
  };
}
