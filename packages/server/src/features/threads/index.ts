import { contracts, type Output, ParleyError, type ParsedInput } from '@parley/protocol';
import { listThreads } from '../../eventlog/thread-heads.js';
import type { UserContext } from '../../kernel/context.js';
import { defineFeature } from '../../kernel/define-feature.js';
import { hasRoot, listReplies } from './threads.store.js';
import { listTouchedThreads } from './touched-threads.store.js';

/** Threads: the replies under a message, and their count beside it. */
export const threadsFeature = defineFeature(contracts.threads, {
  handlers: {
    listReplies: {
      policy: 'reader',
      conversation: ({ conversationId }) => conversationId,
      run: pageOfReplies,
    },
  },
  state: { threads: listTouchedThreads },
  beside: async ({ db }, conversationId, messages) => {
    const rootIds = new Set(messages.map(({ id, threadId }) => threadId ?? id));
    const threads = await listThreads(
      db,
      [...rootIds].map((rootId) => ({ conversationId, rootId })),
    );
    return { threads: Object.fromEntries(threads.map((thread) => [thread.rootId, thread])) };
  },
});

/** One row more than asked for is read: it tells whether there is more. A cursor is the ord of a reply, as text. */
async function pageOfReplies(
  ctx: UserContext,
  { conversationId, messageId, limit = 50, before, after }: ParsedInput<'listReplies'>,
): Promise<Output<'listReplies'>> {
  if (!(await hasRoot(ctx.db, conversationId, messageId))) throw new ParleyError('not_found');
  const isForward = after !== undefined;
  const from = isForward ? parseCursor(after) : before === undefined ? undefined : parseCursor(before);
  const rows = await listReplies(
    ctx.db,
    { conversationId, rootId: messageId },
    { from, isForward, limit: limit + 1 },
  );
  const items = isForward ? rows.slice(0, limit) : rows.slice(0, limit).reverse();
  const [first] = items;
  const last = items.at(-1);
  const hasMore = rows.length > limit;
  const hasBefore = isForward ? (from ?? 0) > 0 : hasMore;
  const hasAfter = isForward ? hasMore : from !== undefined;
  const beside = await ctx.include.besideMessages(ctx, conversationId, items);
  const threads = await listThreads(ctx.db, [{ conversationId, rootId: messageId }]);
  return {
    items,
    ...beside,
    threads: { ...beside.threads, ...Object.fromEntries(threads.map((thread) => [thread.rootId, thread])) },
    ...(hasBefore && first !== undefined ? { previousCursor: String(first.ord) } : {}),
    ...(hasAfter && last !== undefined ? { nextCursor: String(last.ord) } : {}),
  };
}

function parseCursor(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new ParleyError('invalid_cursor');
  return Number(text);
}
