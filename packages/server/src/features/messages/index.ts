import { contracts, ParleyError } from '@parley/protocol';
import { defineFeature } from '../../kernel/define-feature.js';
import { readPage } from './message-pages.js';
import { findMessage, listMessagesAt } from './messages.store.js';

/** Messages: sending, which the batcher carries out, and reading history. */
export const messagesFeature = defineFeature(contracts.messages, {
  handlers: {
    sendMessage: {
      policy: 'sender',
      operation: (input, actor) => ({
        tenantId: actor.tenantId,
        conversationId: input.conversationId,
        senderId: actor.userId,
        id: input.id,
        content: input.content,
        metadata: input.metadata === undefined ? null : JSON.stringify(input.metadata),
      }),
      answer: ({ id }, { seq, at }) => ({ id, seq, at }),
    },
    listMessages: {
      policy: 'reader',
      conversation: ({ conversationId }) => conversationId,
      run: async (ctx, { conversationId, limit = 50, before, after, around }) => {
        const page = await readPage(ctx.db, { conversationId, limit, before, after, around });
        const [first] = page.items;
        const last = page.items.at(-1);
        return {
          items: page.items,
          users: await ctx.include.users(
            ctx.db,
            ctx.actor,
            page.items.map((message) => message.senderId),
          ),
          ...(page.hasBefore && first !== undefined ? { previousCursor: String(first.seq) } : {}),
          ...(page.hasAfter && last !== undefined ? { nextCursor: String(last.seq) } : {}),
        };
      },
    },
    getMessage: {
      policy: 'reader',
      conversation: ({ conversationId }) => conversationId,
      run: async ({ db }, { conversationId, messageId }) => {
        const message = await findMessage(db, conversationId, messageId);
        if (message === undefined) throw new ParleyError('not_found');
        return message;
      },
    },
  },
  entries: {
    'message.created': async ({ db }, conversationId, entries) => {
      const messages = await listMessagesAt(
        db,
        conversationId,
        entries.map((entry) => entry.seq),
      );
      return new Map(messages.map((message) => [message.seq, message]));
    },
  },
});
