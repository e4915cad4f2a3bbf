import { contracts } from '@parley/protocol';
import { defineFeature } from '../../kernel/define-feature.js';
import type { PresenceBoard } from './presence.js';

/** Whether people are here, for those who share a conversation with them. */
export function createPresenceFeature(board: Pick<PresenceBoard, 'watch' | 'list'>) {
  return defineFeature(contracts.presence, {
    handlers: {
      watchPresence: {
        policy: 'user',
        run: async ({ actor }, { userIds }) => {
          // Before reading: a change between the two is told rather than lost.
          board.watch(actor, userIds);
          return { items: await board.list(actor, userIds) };
        },
      },
      listPresence: {
        policy: 'user',
        run: async ({ actor }, { ids }) => ({ items: await board.list(actor, ids) }),
      },
    },
  });
}
