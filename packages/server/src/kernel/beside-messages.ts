import type { BesideMessages } from '@parley/protocol';
import type { Includes } from './context.js';
import type { BesideLoader } from './define-feature.js';

/** Puts together what the features have to say beside messages, and the profiles of everyone who wrote one, quoted ones included. */
export function createBesideMessages(
  loaders: readonly BesideLoader[],
  users: Includes['users'],
): Includes['besideMessages'] {
  return async (ctx, conversationId, messages) => {
    const beside = {
      threads: {},
      quotes: {} as BesideMessages['quotes'],
      mine: { reactions: {}, threads: {} },
    };
    for (const load of loaders) {
      const part = await load(ctx, conversationId, messages);
      Object.assign(beside.threads, part.threads);
      Object.assign(beside.quotes, part.quotes);
      Object.assign(beside.mine, part.mine);
    }
    const senders = [...messages, ...Object.values(beside.quotes)].map(({ senderId }) => senderId);
    return { ...beside, users: await users(ctx.db, ctx.actor, senders) };
  };
}
