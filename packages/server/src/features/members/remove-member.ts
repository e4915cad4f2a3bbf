import {
  type ConversationId,
  compareRoles,
  type Output,
  ParleyError,
  type ParsedInput,
} from '@parley/protocol';
import { findMembership } from '../../access/membership.store.js';
import type { ConversationContext, ExclusiveContext } from '../../kernel/context.js';
import { findLeave, requireOwnerLeft } from './members.store.js';
import { takeOut } from './take-out.js';

/** Takes out somebody of a lower role, or oneself. A direct conversation keeps both people. */
export async function removeMember(
  ctx: ConversationContext,
  { conversationId, userId }: ParsedInput<'removeMember'>,
): Promise<Output<'removeMember'>> {
  const { tx, actor, membership } = ctx;
  if (userId === actor.userId) return leave(ctx, conversationId);
  const target = await findMembership(tx, conversationId, userId);
  if (target === undefined) throw new ParleyError('not_found');
  if ((await ctx.include.conversation(tx, conversationId)).type === 'direct')
    throw new ParleyError('forbidden');
  if (compareRoles(target.role, membership.role) >= 0) throw new ParleyError('rank_too_low');
  return takeOut(ctx, { conversationId, userId, reason: 'removed' });
}

/** Leaves a group, which keeps an owner as long as anybody is in it. */
export async function leave(
  ctx: ConversationContext,
  conversationId: ConversationId,
): Promise<{ seq: number }> {
  const { tx, actor, membership } = ctx;
  const { type, memberCount } = await ctx.include.conversation(tx, conversationId);
  if (type === 'direct') throw new ParleyError('forbidden');
  if (memberCount > 1) await requireOwnerLeft(tx, conversationId, membership);
  return takeOut(ctx, { conversationId, userId: actor.userId, reason: 'left' });
}

/** Who left before is told so again; who was removed or banned finds nothing, like anybody who never was a member. */
export async function answerWhoLeft(
  { tx, actor }: ExclusiveContext,
  conversationId: ConversationId,
): Promise<{ seq: number } | undefined> {
  const left = await findLeave(tx, conversationId, actor.userId);
  return left?.reason === 'left' ? { seq: left.seq } : undefined;
}
