import type { ConversationId, UserId } from '@parley/protocol';
import type { ConversationContext } from '../../kernel/context.js';
import { listMembersAmong } from './members.store.js';

/** Tells everybody in the conversation of the new places of some members. */
export async function emitMembersUpdated(
  { tx, actor, include, emit }: ConversationContext,
  conversationId: ConversationId,
  entry: { readonly seq: number; readonly at: string; readonly userIds: readonly UserId[] },
): Promise<{ seq: number }> {
  const { seq, at, userIds } = entry;
  emit({
    event: {
      kind: 'members.updated',
      conversationId,
      seq,
      at,
      actorId: actor.userId,
      data: {
        members: await listMembersAmong(tx, conversationId, userIds),
        users: await include.users(tx, actor, userIds),
      },
    },
  });
  return { seq };
}
