import { contracts, ParleyError } from '@parley/protocol';
import { defineFeature, type Feature } from '../../kernel/define-feature.js';
import { readChangesPage } from './changes-page.js';
import { readOwnChangesPage } from './own-changes-page.js';
import { runSync, type SyncDependencies } from './run-sync.js';

/** Catching up: one conversation or one's own log after a seq, or all conversations after a `since`. */
export function createSyncFeature(dependencies: SyncDependencies): Feature {
  return defineFeature(contracts.sync, {
    handlers: {
      listChanges: {
        policy: 'user',
        run: async (ctx, { limit = 100, ...query }) => {
          const page = await ctx.takeSnapshot((snapshot) =>
            readChangesPage(ctx, snapshot, { ...query, limit }),
          );
          if (page === undefined) throw new ParleyError('not_found');
          return page;
        },
      },
      listOwnChanges: {
        policy: 'user',
        run: (ctx, { since, limit = 100 }) =>
          ctx.takeSnapshot((snapshot) => readOwnChangesPage(snapshot, { since, limit })),
      },
      sync: { policy: 'user', run: (ctx, input) => runSync(dependencies, ctx, input) },
    },
  });
}
