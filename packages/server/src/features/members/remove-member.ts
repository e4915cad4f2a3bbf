import { compareRoles, type Output, ParleyError, type ParsedInput } from '@parley/protocol';
import { findMembership } from '../../access/membership.store.js';
import type { ConversationContext } from '../../kernel/context.js';
import { countOwners, endMembership, updateMemberCount } from './members.store.js';

/** Takes out somebody of a lower role, or oneself. A group keeps an owner; a direct conversation keeps both people. */
export async function removeMember(
  ctx: ConversationContext,
  input: ParsedInput<'removeMember'>,
): Promise<Output<'removeMember'>> {
  const { tx, actor, membership } = ctx;
  const { conversationId, userId } = input;
  const isSelf = userId === actor.userId;
  const target = isSelf ? membership : await findMembership(tx, conversationId, userId);
  if (target === undefined) throw new ParleyError('not_found');
  const conversation = await ctx.include.conversation(tx, conversationId);
  if (conversation.type === 'direct') throw new ParleyError('forbidden');
  if (!isSelf && compareRoles(target.role, membership.role) >= 0) throw new ParleyError('rank_too_low');
  if (target.role === 'owner' && (await countOwners(tx, conversationId)) === 1)
    throw new ParleyError('last_owner');

  const { seq, at } = await ctx.append([userId]);
  await endMembership(tx, { conversationId, userId, seq, hasLeft: isSelf });
  await updateMemberCount(tx, { conversationId, by: -1, seq });
  ctx.emit({
    event: {
      kind: 'members.removed',
      conversationId,
      seq,
      at,
      actorId: actor.userId,
      data: { conversation: await ctx.include.conversation(tx, conversationId), userIds: [userId] },
    },
    leaves: [userId],
  });
  return { seq };
}
