import { contracts, type Output, ParleyError, type ParsedInput } from '@parley/protocol';
import { listMessagesById, listVisibleMessages } from '../../eventlog/message-row.js';
import type { EntryLoader, UserContext } from '../../kernel/context.js';
import { defineFeature } from '../../kernel/define-feature.js';
import { requestAdding, requestRemoval } from './change-reaction.js';
import { decodeCursor, encodeCursor } from './reaction-cursor.js';
import { dropReactionsOf, listEmojisAt, listOwnReactions, listReactionsTo } from './reactions.store.js';

/** Reactions: rows that say who, and a summary on the message that everybody gets. */
export const reactionsFeature = defineFeature(contracts.reactions, {
  handlers: {
    addReaction: {
      policy: 'writer',
      request: requestAdding,
      answer: ({ messageId }, { seq, at }) => ({ id: messageId, seq, at }),
    },
    removeReaction: {
      policy: 'writer',
      request: requestRemoval,
      answer: ({ messageId }, { seq, at }) => ({ id: messageId, seq, at }),
    },
    listReactions: {
      policy: 'reader',
      conversation: ({ conversationId }) => conversationId,
      run: pageOfReactions,
    },
  },
  entries: { 'reaction.added': loadReactions, 'reaction.removed': loadReactions },
  carries: {
    'reaction.added': ({ message }) => [message],
    'reaction.removed': ({ message }) => [message],
  },
  reacts: {
    'message.deleted': (tx, entries) =>
      dropReactionsOf(
        tx,
        entries.flatMap(({ conversationId, targets, seq }) =>
          targets.map((messageId) => ({ conversationId, messageId, seq })),
        ),
      ),
  },
  beside: async ({ db, actor }, conversationId, messages) => {
    const messageIds = messages.flatMap(({ id, reactions }) => (reactions.length === 0 ? [] : id));
    if (messageIds.length === 0) return {};
    const own: Record<string, string[]> = {};
    for (const { message_id, emoji } of await listOwnReactions(db, actor.userId, {
      conversationId,
      messageIds,
    }))
      own[message_id] = [...(own[message_id] ?? []), emoji];
    return { mine: { reactions: own } };
  },
});

/** The message as it is now; the emoji only where no later change of the same reaction has hidden it. */
async function loadReactions(...[{ db }, conversationId, entries]: Parameters<EntryLoader>) {
  const changes = entries.flatMap(({ seq, actorId, targets: [messageId] }) =>
    messageId === undefined ? [] : [{ seq, actorId, messageId }],
  );
  const messages = new Map(
    (
      await listMessagesById(
        db,
        conversationId,
        changes.map(({ messageId }) => messageId),
      )
    ).map((message): [string, typeof message] => [message.id, message]),
  );
  const emojis = await listEmojisAt(db, conversationId, changes);
  return new Map(
    changes.map(({ seq, messageId }) => [
      seq,
      { message: messages.get(messageId), emoji: emojis.get(seq) ?? null },
    ]),
  );
}

async function pageOfReactions(
  ctx: UserContext,
  { conversationId, messageId, emoji, limit = 50, cursor }: ParsedInput<'listReactions'>,
): Promise<Output<'listReactions'>> {
  const after = cursor === undefined ? undefined : decodeCursor(cursor);
  const [message] = await listVisibleMessages(ctx.db, { conversationId, viewer: ctx.actor }, [messageId]);
  if (message === undefined || message.deletedAt !== null) throw new ParleyError('not_found');
  const rows = await listReactionsTo(
    ctx.db,
    { conversationId, messageId },
    { emoji, after, limit: limit + 1 },
  );
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return {
    items,
    users: await ctx.include.users(
      ctx.db,
      ctx.actor,
      items.map(({ userId }) => userId),
    ),
    ...(rows.length > limit && last !== undefined ? { nextCursor: encodeCursor(last) } : {}),
  };
}
