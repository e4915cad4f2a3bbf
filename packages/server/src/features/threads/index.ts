import { contracts, type Output, ParleyError, type ParsedInput } from '@parley/protocol';
import { listThreads } from '../../eventlog/thread-heads.js';
import type { SignalPublication } from '../../fanout/broker.js';
import type { UserContext } from '../../kernel/context.js';
import { defineFeature } from '../../kernel/define-feature.js';
import { updateFollowing } from './followed-threads.store.js';
import { pageOfThreads } from './list-threads.js';
import { hasRoot, listReplies } from './threads.store.js';
import { listTouchedThreads } from './touched-threads.store.js';

export interface ThreadsDependencies {
  readonly signal: (publication: SignalPublication) => void;
}

/** Threads: the replies under a message, their count beside it, and who follows them. Following is one's own: it stands in no log. */
export function createThreadsFeature({ signal }: ThreadsDependencies) {
  return defineFeature(contracts.threads, {
    handlers: {
      listReplies: {
        policy: 'reader',
        conversation: ({ conversationId }) => conversationId,
        run: pageOfReplies,
      },
      listThreads: {
        policy: 'reader',
        conversation: ({ conversationId }) => conversationId,
        run: pageOfThreads,
      },
      followThread: {
        policy: 'reader',
        conversation: ({ conversationId }) => conversationId,
        run: (ctx, input) => follow(ctx, { ...input, isFollowed: true }, signal),
      },
      unfollowThread: {
        policy: 'reader',
        conversation: ({ conversationId }) => conversationId,
        run: (ctx, input) => follow(ctx, { ...input, isFollowed: false }, signal),
      },
    },
    state: { threads: listTouchedThreads },
    beside: async ({ db, actor }, conversationId, messages) => {
      const rootIds = new Set(messages.map(({ id, threadId }) => threadId ?? id));
      const threads = await listThreads(
        db,
        [...rootIds].map((rootId) => ({ conversationId, rootId })),
        { conversationId, viewer: actor },
      );
      return { threads: Object.fromEntries(threads.map((thread) => [thread.rootId, thread])) };
    },
  });
}

async function follow(
  { db, actor: { userId } }: UserContext,
  {
    conversationId,
    rootId,
    isFollowed,
  }: ParsedInput<'followThread'> & Pick<Output<'followThread'>, 'isFollowed'>,
  signal: ThreadsDependencies['signal'],
): Promise<Output<'followThread'>> {
  const updated = await updateFollowing(db, { conversationId, rootId, userId }, isFollowed);
  if (updated === undefined) throw new ParleyError('not_found');
  const { hasChanged, ...own } = updated;
  if (hasChanged)
    signal({
      signal: { kind: 'thread.followed', conversationId, data: { rootId, isFollowed } },
      to: { users: [userId] },
    });
  return own;
}

/** One row more than asked for is read: it tells whether there is more. A cursor is the ord of a reply, as text. */
async function pageOfReplies(
  ctx: UserContext,
  { conversationId, messageId, limit = 50, before, after }: ParsedInput<'listReplies'>,
): Promise<Output<'listReplies'>> {
  if (!(await hasRoot(ctx.db, { conversationId, viewer: ctx.actor }, messageId)))
    throw new ParleyError('not_found');
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
