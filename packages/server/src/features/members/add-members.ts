import { compareRoles, type Output, ParleyError, type ParsedInput } from '@parley/protocol';
import { hasBlockWith } from '../../access/blocks.store.js';
import { countUsers, insertMembers } from '../../access/membership.store.js';
import type { ConversationContext } from '../../kernel/context.js';
import { hasBanned } from './bans.store.js';
import { listMembersAmong, updateMemberCount } from './members.store.js';

/** Adds people; who is a member already stays as they are. Nothing is logged when nobody came in. */
export async function addMembers(
  ctx: ConversationContext,
  input: ParsedInput<'addMembers'>,
): Promise<Output<'addMembers'>> {
  const { tx, actor, head, membership } = ctx;
  const { conversationId, userIds, role = 'member' } = input;
  if (compareRoles(role, membership.role) > 0) throw new ParleyError('rank_too_low');
  if ((await countUsers(tx, actor.tenantId, userIds)) !== userIds.length)
    throw new ParleyError('invalid_reference');
  const present = new Set(
    (await listMembersAmong(tx, conversationId, userIds)).map((member) => member.userId),
  );
  const missing = userIds.filter((userId) => !present.has(userId));
  if (missing.length === 0) return { seq: head.lastSeq };

  if (await hasBanned(tx, conversationId, missing)) throw new ParleyError('banned');
  if (await hasBlockWith(tx, actor, missing)) throw new ParleyError('dm_not_allowed');
  const { seq, at } = await ctx.append(missing);
  await insertMembers(tx, { tenantId: actor.tenantId, conversationId, userIds: missing, role, seq, at });
  await updateMemberCount(tx, { conversationId, by: missing.length, seq });
  ctx.emit({
    event: {
      kind: 'members.added',
      conversationId,
      seq,
      at,
      actorId: actor.userId,
      data: {
        conversation: await ctx.include.conversation(tx, conversationId),
        members: await listMembersAmong(tx, conversationId, missing),
        users: await ctx.include.users(tx, actor, missing),
      },
    },
    joins: missing,
  });
  return { seq };
}
