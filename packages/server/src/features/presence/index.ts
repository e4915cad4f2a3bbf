import { contracts, type OwnPresence, ParleyError } from '@parley/protocol';
import type { Actor } from '../../access/actor.js';
import type { Executor } from '../../db/database.js';
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
        run: ({ db, actor }) => getOwn(db, actor),
      },
      setPresence: {
        policy: 'owner',
        entry: 'presence.chosen',
        run: async ({ tx, actor, append, afterCommit }, input) => {
          const updated = await updateChoice(tx, actor, input);
          if (updated === undefined) throw new ParleyError('session_revoked');
          if (looksDifferent(updated.before, updated.after)) afterCommit(() => board.restate(actor.userId));
          if (JSON.stringify(updated.before) !== JSON.stringify(updated.after)) await append([]);
          return toOwn(updated.after);
        },
        repeat: ({ db, actor }) => getOwn(db, actor),
      },
    },
    ownEntries: {
      'presence.chosen': async ({ db, actor }, entries) => {
        const own = await getOwn(db, actor);
        return new Map(entries.map(({ seq }) => [seq, own]));
      },
    },
  });
}

async function getOwn(db: Executor, actor: Actor): Promise<OwnPresence> {
  const choice = await findChoice(db, actor);
  // A token outlives its user by minutes at most.
  if (choice === undefined) throw new ParleyError('session_revoked');
  return toOwn(choice);
}

function toOwn({ shownAs, status }: Choice): OwnPresence {
  return { state: shownAs, status };
}
