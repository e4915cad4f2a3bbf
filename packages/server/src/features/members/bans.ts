import { compareRoles, type Output, ParleyError, type ParsedInput, rights } from '@parley/protocol';
import { countUsers, findMembership } from '../../access/membership.store.js';
import type { ConversationContext, LogContext } from '../../kernel/context.js';
import { decodeBanCursor, encodeBanCursor } from './ban-cursor.js';
import { deleteBan, listBans, upsertBan } from './bans.store.js';
import { takeOut } from './take-out.js';

/** Keeps somebody out. Only a member's ban is an entry of the log: nobody in the conversation knows of anybody else. */
export async function banMember(
  ctx: ConversationContext,
  { conversationId, userId, until }: ParsedInput<'banMember'>,
): Promise<Output<'banMember'>> {
  const { tx, actor, membership, head } = ctx;
  const target = await findMembership(tx, conversationId, userId);
  if (target !== undefined && compareRoles(target.role, membership.role) >= 0)
    throw new ParleyError('rank_too_low');
  if ((await countUsers(tx, actor.tenantId, [userId])) === 0) throw new ParleyError('not_found');
  await upsertBan(tx, { conversationId, userId, bannedBy: actor.userId, until });
  if (target === undefined) return { seq: head.lastSeq };
  return takeOut(ctx, { conversationId, userId, reason: 'banned' });
}

/** Lifts a ban; without one nothing is to be done. */
export async function unbanMember(
  { tx, head }: ConversationContext,
  { conversationId, userId }: ParsedInput<'unbanMember'>,
): Promise<Output<'unbanMember'>> {
  await deleteBan(tx, conversationId, userId);
  return { seq: head.lastSeq };
}

/** One row more than asked for is read: it tells whether there is more. */
export async function pageOfBans(
  ctx: LogContext,
  { conversationId, limit = 50, cursor }: ParsedInput<'listBans'>,
): Promise<Output<'listBans'>> {
  if ((ctx.reader.rights & rights.ban) === 0) throw new ParleyError('forbidden');
  const after = cursor === undefined ? undefined : decodeBanCursor(cursor);
  const rows = await listBans(ctx.db, conversationId, { after, limit: limit + 1 });
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return {
    items,
    users: await ctx.include.users(
      ctx.db,
      ctx.actor,
      items.flatMap(({ userId, bannedBy }) => [userId, bannedBy]),
    ),
    ...(rows.length > limit && last !== undefined
      ? { nextCursor: encodeBanCursor({ at: last.at, id: last.userId }) }
      : {}),
  };
}
