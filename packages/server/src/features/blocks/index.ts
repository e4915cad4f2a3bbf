import { contracts, type UserId } from '@parley/protocol';
import type { OwnEntryLoader } from '../../kernel/context.js';
import { defineFeature } from '../../kernel/define-feature.js';
import { decodeCursor, encodeCursor } from './block-cursor.js';
import { listBlocks } from './blocks.store.js';
import { changeBlock, directIdOf } from './change-block.js';

export interface BlocksOptions {
  /** Told after a commit between whom a block began or ended. */
  readonly tell: (one: UserId, other: UserId) => void;
}

/** Whom somebody wants to have nothing to do with. What a block means elsewhere is asked of `access/blocks.store.ts`. */
export function createBlocksFeature({ tell }: BlocksOptions) {
  return defineFeature(contracts.blocks, {
    handlers: {
      blockUser: {
        policy: 'owner',
        entry: 'block.added',
        conversation: directIdOf,
        run: (ctx, { userId }) => changeBlock(ctx, userId, { isBlocking: true, tell }),
        repeat: async () => null,
      },
      unblockUser: {
        policy: 'owner',
        entry: 'block.removed',
        conversation: directIdOf,
        run: (ctx, { userId }) => changeBlock(ctx, userId, { isBlocking: false, tell }),
        repeat: async () => null,
      },
      listBlocks: {
        policy: 'user',
        run: async ({ db, actor, include }, { limit = 50, cursor }) => {
          const after = cursor === undefined ? undefined : decodeCursor(cursor);
          const rows = await listBlocks(db, actor, { after, limit: limit + 1 });
          const items = rows.slice(0, limit);
          const last = items.at(-1);
          const people = items.map(({ userId }) => userId);
          return {
            items,
            users: await include.users(db, actor, people),
            ...(rows.length > limit && last !== undefined
              ? { nextCursor: encodeCursor({ at: last.at, id: last.userId }) }
              : {}),
          };
        },
      },
    },
    ownEntries: { 'block.added': loadTargets, 'block.removed': loadTargets },
  });
}

const loadTargets: OwnEntryLoader<{ userId: UserId }> = async (_ctx, entries) =>
  new Map(
    entries.flatMap(({ seq, targets: [userId] }) =>
      // Targets of these entries are user ids.
      userId === undefined ? [] : [[seq, { userId: userId as UserId }] as const],
    ),
  );
