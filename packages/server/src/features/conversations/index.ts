import { contracts, ParleyError } from '@parley/protocol';
import { defineFeature } from '../../kernel/define-feature.js';
import { findConversation, findSummary, listSummaries } from './conversations.store.js';
import { conversationIdOf, createConversation } from './create-conversation.js';
import { deleteConversation, setArchived } from './end-conversation.js';
import { decodeCursor, encodeCursor } from './list-cursor.js';
import { listTouchedConversation } from './touched-conversation.store.js';
import { updateConversation } from './update-conversation.js';

/** Conversations: making, changing, archiving and deleting them, and the list with the latest message of each. */
export const conversationsFeature = defineFeature(contracts.conversations, {
  handlers: {
    createConversation: {
      policy: 'creator',
      conversation: conversationIdOf,
      run: createConversation,
    },
    listConversations: {
      policy: 'user',
      run: async (ctx, { limit = 50, cursor }) => {
        const after = cursor === undefined ? undefined : decodeCursor(cursor);
        const rows = await listSummaries(ctx.db, ctx.actor, { after, limit: limit + 1 });
        const items = rows.slice(0, limit);
        const last = items.at(-1);
        const people = items.flatMap((item) => [
          ...(item.directUserIds ?? []),
          ...(item.lastMessage ? [item.lastMessage.senderId] : []),
        ]);
        return {
          items,
          users: await ctx.include.users(ctx.db, ctx.actor, people),
          ...(rows.length > limit && last !== undefined
            ? { nextCursor: encodeCursor({ at: last.lastActivityAt, id: last.id }) }
            : {}),
        };
      },
    },
    updateConversation: {
      policy: 'member',
      right: () => 'update_conversation',
      entry: 'conversation.updated',
      conversation: ({ conversationId }) => conversationId,
      run: updateConversation,
      repeat: async (_ctx, _input, { seq }) => ({ seq }),
    },
    // Owners open, close and end a conversation also while it is archived: no right does that.
    archiveConversation: {
      policy: 'member',
      right: () => 'member',
      entry: 'conversation.updated',
      conversation: ({ conversationId }) => conversationId,
      run: (ctx, { conversationId }) => setArchived(ctx, conversationId, true),
      repeat: async (_ctx, _input, { seq }) => ({ seq }),
    },
    unarchiveConversation: {
      policy: 'member',
      right: () => 'member',
      entry: 'conversation.updated',
      conversation: ({ conversationId }) => conversationId,
      run: (ctx, { conversationId }) => setArchived(ctx, conversationId, false),
      repeat: async (_ctx, _input, { seq }) => ({ seq }),
    },
    deleteConversation: {
      policy: 'member',
      right: () => 'member',
      entry: 'conversation.deleted',
      conversation: ({ conversationId }) => conversationId,
      run: deleteConversation,
      repeat: async (_ctx, _input, { seq }) => ({ seq }),
    },
    getConversation: {
      policy: 'user',
      run: async ({ db, actor }, { conversationId }) => {
        const summary = await findSummary(db, actor, conversationId);
        if (summary === undefined) throw new ParleyError('not_found');
        return summary;
      },
    },
  },
  entries: {
    'conversation.updated': async (ctx, conversationId, entries) => {
      const conversation = await ctx.include.conversation(ctx.db, conversationId);
      return new Map(entries.map(({ seq }) => [seq, { conversation }]));
    },
    'conversation.deleted': async (_ctx, _conversationId, entries) =>
      new Map(entries.map(({ seq }) => [seq, {}])),
    'conversation.created': async (ctx, conversationId, entries) => {
      const conversation = await ctx.include.conversation(ctx.db, conversationId);
      const people = [conversation.createdBy, ...(conversation.directUserIds ?? [])];
      const users = await ctx.include.users(ctx.db, ctx.actor, people);
      const loaded = new Map<number, unknown>();
      for (const { seq } of entries)
        loaded.set(seq, {
          conversation,
          members: await ctx.include.membersJoinedAt(ctx.db, conversationId, seq),
          users,
        });
      return loaded;
    },
  },
  state: { conversation: listTouchedConversation },
  includes: {
    conversation: async (db, conversationId) => {
      const conversation = await findConversation(db, conversationId);
      if (conversation === undefined) throw new ParleyError('not_found');
      return conversation;
    },
  },
});
