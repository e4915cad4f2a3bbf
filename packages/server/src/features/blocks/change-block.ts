/**
 * Blocking and taking it back.
 *
 * - The rows of the block, the places in the pair's direct conversation and both logs change in one transaction, in the lane of that conversation.
 * - Locks in this order: the head of the caller's own log, the pair, the head of the conversation. The pair's keeps the conversation from being made
 *   meanwhile, and decides between two who block each other at the same moment.
 * - Both people lose speech there, by an entry of nobody's: both see that they cannot write, and neither sees whose block it is. With a second block, or while
 *   one is left, nothing changes there.
 */
import {
  blockedMark,
  type ConversationId,
  directConversationId,
  ParleyError,
  type UserId,
} from '@parley/protocol';
import type { Actor } from '../../access/actor.js';
import { hasBlockWith, lockPair } from '../../access/blocks.store.js';
import { hasUser } from '../../access/membership.store.js';
import { appendEntry, lockHead } from '../../eventlog/append.js';
import { entryKinds } from '../../eventlog/entry-kinds.js';
import type { OwnContext } from '../../kernel/context.js';
import { deleteBlock, insertBlock, listPlaces, updateDenied } from './blocks.store.js';

/** The conversation the two have or would have. */
export function directIdOf({ userId }: { readonly userId: UserId }, actor: Actor): ConversationId {
  return directConversationId(actor.tenantId, actor.userId, userId);
}

/** Begins or ends the caller's block of somebody. What is so already is left as it is. */
export async function changeBlock(
  ctx: OwnContext,
  blockedId: UserId,
  change: { readonly isBlocking: boolean; readonly tell: (one: UserId, other: UserId) => void },
): Promise<null> {
  const { tx, actor } = ctx;
  const { tenantId, userId } = actor;
  if (blockedId === userId)
    throw new ParleyError('validation_failed', { details: [{ path: 'userId', rule: 'somebody else' }] });
  if (!(await hasUser(tx, tenantId, blockedId))) throw new ParleyError('not_found');

  await lockPair(tx, directIdOf({ userId: blockedId }, actor));
  const key = { tenantId, userId, blockedId };
  if (!(await (change.isBlocking ? insertBlock(tx, key) : deleteBlock(tx, key)))) return null;
  await ctx.append([blockedId]);
  await changePlaces(ctx, blockedId);
  ctx.afterCommit(() => change.tell(userId, blockedId));
  return null;
}

/** Makes the places of the two say what the blocks say now. */
async function changePlaces({ tx, actor, include, emit }: OwnContext, otherId: UserId): Promise<void> {
  const conversationId = directIdOf({ userId: otherId }, actor);
  if ((await lockHead(tx, actor.tenantId, conversationId)) === undefined) return;
  const isBlocked = await hasBlockWith(tx, actor, [otherId]);
  const places = await listPlaces(tx, conversationId);
  if (places.every(({ deny }) => ((deny & blockedMark) !== 0) === isBlocked)) return;

  const userIds = places.map(({ userId }) => userId);
  const { seq, at } = await appendEntry(tx, {
    conversationId,
    kind: entryKinds['members.updated'],
    actorId: null,
    opId: null,
    targets: userIds,
  });
  await updateDenied(tx, { conversationId, seq, isBlocked });
  emit({
    event: {
      kind: 'members.updated',
      conversationId,
      seq,
      at,
      actorId: null,
      data: {
        members: await include.membersAmong(tx, conversationId, userIds),
        users: await include.users(tx, actor, userIds),
      },
    },
  });
}
