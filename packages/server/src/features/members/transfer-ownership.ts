import { type Output, ParleyError, type ParsedInput } from '@parley/protocol';
import { requireOwner } from '../../access/access.js';
import { findMembership } from '../../access/membership.store.js';
import type { ConversationContext } from '../../kernel/context.js';
import { updatePlace } from './members.store.js';
import { emitMembersUpdated } from './members-updated.js';

/** Makes another member the owner and the caller an admin, in one entry: there is no moment without an owner. */
export async function transferOwnership(
  ctx: ConversationContext,
  { conversationId, userId }: ParsedInput<'transferOwnership'>,
): Promise<Output<'transferOwnership'>> {
  const { tx, actor, membership } = ctx;
  requireOwner(membership);
  if (userId === actor.userId) throw new ParleyError('forbidden');
  if ((await findMembership(tx, conversationId, userId)) === undefined) throw new ParleyError('not_found');

  const userIds = [userId, actor.userId];
  const entry = await ctx.append(userIds);
  const place = { conversationId, seq: entry.seq, allow: 0, deny: 0 };
  await updatePlace(tx, { ...place, userId, role: 'owner', mutedUntil: null });
  await updatePlace(tx, { ...place, userId: actor.userId, role: 'admin' });
  return emitMembersUpdated(ctx, conversationId, { ...entry, userIds });
}
