import { contracts, type OwnPresence, ParleyError } from '@parley/protocol';
import { defineFeature } from '../../kernel/define-feature.js';
import { findChoice, updateChoice } from './choice.store.js';
import type { PresenceBoard } from './presence.js';
import { type Choice, looksDifferent } from './shown-presence.js';

/** Whether people are here, for those who share a conversation with them, and how each wants to be seen. */
export function createPresenceFeature(board: Pick<PresenceBoard, 'watch' | 'list' | 'restate'>) {
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
      getOwnPresence: {
        policy: 'user',
        run: async ({ db, actor }) => {
          const choice = await findChoice(db, actor);
          // A token outlives its user by minutes at most.
          if (choice === undefined) throw new ParleyError('session_revoked');
          return toOwn(choice);
        },
      },
      setPresence: {
        policy: 'user',
        run: async ({ db, actor }, input) => {
          const updated = await updateChoice(db, actor, input);
          if (updated === undefined) throw new ParleyError('session_revoked');
          if (looksDifferent(updated.before, updated.after)) board.restate(actor.userId);
          return toOwn(updated.after);
        },
      },
    },
  });
}

function toOwn({ shownAs, status }: Choice): OwnPresence {
  return { state: shownAs, status };
}
