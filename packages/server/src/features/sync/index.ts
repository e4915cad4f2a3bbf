import { contracts, type UserId } from '@parley/protocol';
import { defineFeature } from '../../kernel/define-feature.js';

/** Catching up: the log of a conversation after a seq. */
export const syncFeature = defineFeature(contracts.sync, {
  handlers: {
    listChanges: {
      policy: 'reader',
      conversation: ({ conversationId }) => conversationId,
      run: async (ctx, { conversationId, since, limit = 100 }) => {
        const { events, to, head } = await ctx.log.read(conversationId, { after: since, limit });
        const actors = events.flatMap((event): UserId[] => (event.actorId === null ? [] : [event.actorId]));
        return { items: events, users: await ctx.include.users(ctx.db, ctx.actor, actors), to, head };
      },
    },
  },
});
