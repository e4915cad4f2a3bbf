import { allRights, type Output, ParleyError, type ParsedInput, roles } from '@parley/protocol';
import { requireOwner } from '../../access/access.js';
import type { ConversationContext } from '../../kernel/context.js';
import { updateConversationRow, updateHeadSettings } from './change-conversation.store.js';

type UpdateInput = ParsedInput<'updateConversation'>;

/** Changes what is given. Nothing is logged when nothing was. */
export async function updateConversation(
  ctx: ConversationContext,
  { conversationId, settings, ...texts }: UpdateInput,
): Promise<Output<'updateConversation'>> {
  const { tx, head, membership } = ctx;
  if (settings?.roleRights !== undefined) requireOwner(membership);
  const { type } = await ctx.include.conversation(tx, conversationId);
  if (type === 'direct') throw new ParleyError('forbidden');
  const isChanged = [...Object.values(texts), ...Object.values(settings ?? {})].some(
    (value) => value !== undefined,
  );
  if (!isChanged) return { seq: head.lastSeq };

  const entry = await ctx.append([conversationId]);
  await updateConversationRow(tx, { conversationId, seq: entry.seq, ...texts });
  await updateHeadSettings(tx, {
    conversationId,
    history: settings?.history,
    roleRights: settings?.roleRights && mergeRoleRights(head.roleRights, settings.roleRights),
  });
  return emitUpdated(ctx, conversationId, entry);
}

/** Tells everybody in it how the conversation is now. */
export async function emitUpdated(
  ctx: ConversationContext,
  conversationId: UpdateInput['conversationId'],
  { seq, at }: { readonly seq: number; readonly at: string },
): Promise<{ seq: number }> {
  const conversation = await ctx.include.conversation(ctx.tx, conversationId);
  ctx.emit({
    event: {
      kind: 'conversation.updated',
      conversationId,
      seq,
      at,
      actorId: ctx.actor.userId,
      data: { conversation },
    },
  });
  return { seq };
}

/** Owners keep all rights: nobody locks a conversation for good. */
function mergeRoleRights(
  present: readonly number[],
  given: NonNullable<NonNullable<UpdateInput['settings']>['roleRights']>,
): number[] {
  return roles.map((role, position) =>
    role === 'owner' ? allRights : (given[role] ?? present[position] ?? 0),
  );
}
