import type { ConversationId, UserId } from '@parley/protocol';
import type { ConversationContext } from '../../kernel/context.js';
import { endMembership, type LeaveReason, updateMemberCount } from './members.store.js';

/** Ends somebody's membership by the command's entry and tells everybody, them included. Whether it may be is judged before. */
export async function takeOut(
  ctx: ConversationContext,
  {
    conversationId,
    userId,
    reason,
  }: { readonly conversationId: ConversationId; readonly userId: UserId; readonly reason: LeaveReason },
): Promise<{ seq: number }> {
  const { tx, actor } = ctx;
  const { seq, at } = await ctx.append([userId]);
  await endMembership(tx, { conversationId, userId, seq, reason });
  await updateMemberCount(tx, { conversationId, by: -1, seq });
  const conversation = await ctx.include.conversation(tx, conversationId);
  ctx.emit({
    event: {
      kind: 'members.removed',
      conversationId,
      seq,
      at,
      actorId: actor.userId,
      data: { conversation, userIds: [userId], reason },
    },
    leaves: [userId],
  });
  return { seq };
}
