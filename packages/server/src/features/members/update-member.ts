import {
  compareRoles,
  hasRight,
  type Output,
  ParleyError,
  type ParsedInput,
  rightsOf,
} from '@parley/protocol';
import { findMembership, type Membership } from '../../access/membership.store.js';
import type { ConversationContext } from '../../kernel/context.js';
import { requireOwnerLeft, updatePlace } from './members.store.js';
import { emitMembersUpdated } from './members-updated.js';

type UpdateInput = ParsedInput<'updateMember'>;

/** The right a change needs; what it gives is judged by `updateMember`. Of one's own place only the role may be changed, downwards, which needs none. */
export function rightToUpdate({ userId, ...change }: UpdateInput, actor: { readonly userId: string }) {
  if (userId === actor.userId) return 'member';
  return changesRights(change) ? 'manage_members' : 'mute';
}

/**
 * Changes the place of somebody of a lower role: their role up to one's own, exceptions within what one may do oneself, and until when they are muted. One's own
 * role can be lowered, as long as an owner remains.
 */
export async function updateMember(
  ctx: ConversationContext,
  input: UpdateInput,
): Promise<Output<'updateMember'>> {
  const { tx, actor, membership, head } = ctx;
  const { conversationId, userId, ...change } = input;
  const isSelf = userId === actor.userId;
  if ((await ctx.include.conversation(tx, conversationId)).type === 'direct')
    throw new ParleyError('forbidden');
  const target = isSelf ? membership : await findMembership(tx, conversationId, userId);
  if (target === undefined) throw new ParleyError('not_found');
  if (isSelf) await requireOwnDescent(ctx, input);
  else requireWithinRank(ctx, target, change);
  if (Object.values(change).every((value) => value === undefined)) return { seq: head.lastSeq };

  const entry = await ctx.append([userId]);
  await updatePlace(tx, { conversationId, userId, seq: entry.seq, ...change });
  return emitMembersUpdated(ctx, conversationId, { ...entry, userIds: [userId] });
}

type Change = Omit<UpdateInput, 'conversationId' | 'userId'>;

function changesRights({ role, allow, deny }: Change): boolean {
  return role !== undefined || allow !== undefined || deny !== undefined;
}

function requireWithinRank(
  { head, membership }: ConversationContext,
  target: Membership,
  change: Change,
): void {
  if (compareRoles(target.role, membership.role) >= 0) throw new ParleyError('rank_too_low');
  const own = { roleRights: head.roleRights, ...membership };
  // The kernel proved one of the two; a change of both kinds needs both.
  if (changesRights(change) && !hasRight(own, 'manage_members')) throw new ParleyError('forbidden');
  if (change.mutedUntil !== undefined && !hasRight(own, 'mute')) throw new ParleyError('forbidden');
  if (change.role !== undefined && compareRoles(change.role, membership.role) > 0)
    throw new ParleyError('rank_too_low');
  const allowed = (change.allow ?? target.allow) & ~target.allow;
  const noLongerDenied = target.deny & ~(change.deny ?? target.deny);
  if (((allowed | noLongerDenied) & ~rightsOf(own)) !== 0) throw new ParleyError('forbidden');
}

async function requireOwnDescent(
  ctx: ConversationContext,
  { conversationId, role, ...rest }: UpdateInput,
): Promise<void> {
  const { tx, head, membership } = ctx;
  if (head.state === 'archived') throw new ParleyError('conversation_archived');
  if (
    role === undefined ||
    rest.allow !== undefined ||
    rest.deny !== undefined ||
    rest.mutedUntil !== undefined
  )
    throw new ParleyError('rank_too_low');
  if (compareRoles(role, membership.role) >= 0) throw new ParleyError('rank_too_low');
  await requireOwnerLeft(tx, conversationId, membership);
}
