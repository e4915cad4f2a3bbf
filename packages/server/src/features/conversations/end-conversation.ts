import type { ConversationId } from '@parley/protocol';
import { requireOwner } from '../../access/access.js';
import type { ConversationContext } from '../../kernel/context.js';
import { updateConversationRow, updateState } from './change-conversation.store.js';
import { emitUpdated } from './update-conversation.js';

/** Archives a conversation, or opens it again. Nothing is logged where it is so already. */
export async function setArchived(
  ctx: ConversationContext,
  conversationId: ConversationId,
  isArchived: boolean,
): Promise<{ seq: number }> {
  requireOwner(ctx.membership);
  const state = isArchived ? 'archived' : 'active';
  if (ctx.head.state === state) return { seq: ctx.head.lastSeq };
  const entry = await ctx.append([conversationId]);
  await updateState(ctx.tx, conversationId, state);
  await updateConversationRow(ctx.tx, { conversationId, seq: entry.seq });
  return emitUpdated(ctx, conversationId, entry);
}

/** Deletes a conversation: its last entry, after which it is to everybody as if it had never been. Member rows stay, so that who was away learns of it. */
export async function deleteConversation(
  ctx: ConversationContext,
  { conversationId }: { readonly conversationId: ConversationId },
): Promise<{ seq: number }> {
  requireOwner(ctx.membership);
  const { seq, at } = await ctx.append([conversationId]);
  await updateState(ctx.tx, conversationId, 'deleted');
  ctx.emit({
    event: {
      kind: 'conversation.deleted',
      conversationId,
      seq,
      at,
      actorId: ctx.actor.userId,
      data: {},
    },
  });
  return { seq };
}
