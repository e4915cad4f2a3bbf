/**
 * Whom somebody wants to have nothing to do with. Both people of a direct conversation lose speech there, by an entry of nobody's: both see that they cannot
 * write, neither sees whose block it is.
 */
import {
  blockedMark,
  deniedByBlock,
  directConversationId,
  ParleyError,
  type UserId,
} from '@parley/protocol/wire';
import { cut, decodeCursor, encodeCursor, timeAndId } from '../cursors.js';
import { tell, usersOf } from '../events.js';
import { activeMembers, append } from '../log.js';
import type { State } from '../state.js';
import { type Actor, type HandlersOf, refuse, stamp, tenantId, type World } from '../world.js';
import { runOwn } from './own-log.js';

export function createBlocks(world: World): HandlersOf<'blocks'> {
  const change = (
    {
      input,
      actor,
      opId,
    }: { readonly input: { readonly userId: UserId }; readonly actor: Actor; readonly opId: string },
    isBlocking: boolean,
  ): null => {
    const pair = [actor.userId, input.userId] as const;
    if (pair[0] === pair[1])
      throw new ParleyError('validation_failed', { details: [{ path: 'userId', rule: 'somebody else' }] });
    if (!world.state.people.has(input.userId)) return refuse('not_found');
    const kind = isBlocking ? 'block.added' : 'block.removed';
    const carryOut = () => {
      if (hasBlocked(world.state, ...pair) === isBlocking) return undefined;
      if (isBlocking)
        world.state.blocks.set(keyOf(...pair), { userId: pair[0], blockedId: pair[1], at: stamp(world) });
      else world.state.blocks.delete(keyOf(...pair));
      changePlaces(world, pair);
      world.hub.restate();
      return input.userId;
    };
    runOwn(world, { actor, opId, kind, carryOut });
    return null;
  };
  return {
    blockUser: (call) => change(call, true),
    unblockUser: (call) => change(call, false),
    listBlocks: ({ input: { limit = 50, cursor }, actor }) => {
      const before = cursor === undefined ? undefined : decodeCursor(cursor, timeAndId).join(' ');
      const found = [...world.state.blocks.values()]
        .filter((block) => block.userId === actor.userId)
        .map(({ blockedId, at }) => ({ userId: blockedId, at }))
        .filter(({ at, userId }) => before === undefined || `${at} ${userId}` < before)
        .sort((one, other) => (`${one.at} ${one.userId}` > `${other.at} ${other.userId}` ? -1 : 1));
      const page = cut(found, limit, ({ at, userId }) => encodeCursor(at, userId));
      return {
        ...page,
        users: usersOf(
          world.state,
          page.items.map(({ userId }) => userId),
        ),
      };
    },
  };
}

function keyOf(userId: UserId, blockedId: UserId): string {
  return `${userId} ${blockedId}`;
}

/** Whether the first has blocked the second. */
export function hasBlocked({ blocks }: State, userId: UserId, blockedId: UserId): boolean {
  return blocks.has(keyOf(userId, blockedId));
}

/** Whether there is a block, either way, between somebody and any of the others. */
export function hasBlockWith(state: State, userId: UserId, others: readonly UserId[]): boolean {
  return others.some((other) => hasBlocked(state, userId, other) || hasBlocked(state, other, userId));
}

/** Makes the places of the two in their direct conversation say what the blocks say now. */
function changePlaces(world: World, [userId, otherId]: readonly [UserId, UserId]): void {
  const log = world.state.logs.get(directConversationId(tenantId, userId, otherId));
  if (log === undefined) return;
  const isBlocked = hasBlockWith(world.state, userId, [otherId]);
  const members = activeMembers(log);
  if (members.every(({ place }) => ((place.deny & blockedMark) !== 0) === isBlocked)) return;
  const targets = members.map(({ place }) => place.userId).sort();
  const entry = append(world, log, { kind: 'members.updated', actorId: null, targets });
  for (const member of members)
    member.place = { ...member.place, deny: isBlocked ? deniedByBlock : 0, rev: entry.seq };
  tell(world, { log, entry });
}
