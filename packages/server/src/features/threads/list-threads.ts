import type { Message, Output, ParsedInput } from '@parley/protocol';
import { ParleyError } from '@parley/protocol';
import { listMessagesById } from '../../eventlog/message-row.js';
import { listThreads as listHeads } from '../../eventlog/thread-heads.js';
import type { UserContext } from '../../kernel/context.js';
import { type ListedThread, listThreadsByReply } from './thread-list.store.js';

/** A page of threads. A cursor is the seq of a thread's latest reply, as text: one that gets a reply meanwhile moves to the first page. */
export async function pageOfThreads(
  ctx: UserContext,
  { conversationId, followed, limit = 50, cursor }: ParsedInput<'listThreads'>,
): Promise<Output<'listThreads'>> {
  const rows = await listThreadsByReply(ctx.db, {
    conversationId,
    userId: ctx.actor.userId,
    followed,
    before: cursor === undefined ? undefined : parseCursor(cursor),
    limit: limit + 1,
  });
  const listed = rows.slice(0, limit);
  const messages = await messagesOf(ctx, conversationId, listed);
  const beside = await ctx.include.besideMessages(ctx, conversationId, [...messages.values()]);
  const keys = listed.map(({ rootId }) => ({ conversationId, rootId }));
  const threads = new Map((await listHeads(ctx.db, keys)).map((thread) => [thread.rootId, thread]));
  const participants = await ctx.include.users(
    ctx.db,
    ctx.actor,
    listed.flatMap(({ participantIds }) => participantIds),
  );
  const last = listed.at(-1);
  return {
    items: listed.flatMap(({ rootId, lastReplyId, participantIds }) => {
      const [thread, root] = [threads.get(rootId), messages.get(rootId)];
      const lastReply = lastReplyId === null ? null : (messages.get(lastReplyId) ?? null);
      if (thread === undefined || root === undefined) return [];
      return [{ thread, root, lastReply, participantIds: [...participantIds] }];
    }),
    ...beside,
    users: { ...beside.users, ...participants },
    ...(rows.length > limit && last !== undefined ? { nextCursor: String(last.lastSeq) } : {}),
  };
}

/** Roots and latest replies, by id. */
async function messagesOf(
  { db }: UserContext,
  conversationId: ParsedInput<'listThreads'>['conversationId'],
  listed: readonly ListedThread[],
): Promise<ReadonlyMap<string, Message>> {
  const ids = listed.flatMap(({ rootId, lastReplyId }) =>
    lastReplyId === null ? [rootId] : [rootId, lastReplyId],
  );
  const messages = await listMessagesById(db, conversationId, ids);
  return new Map(messages.map((message) => [message.id, message]));
}

function parseCursor(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new ParleyError('invalid_cursor');
  return Number(text);
}
