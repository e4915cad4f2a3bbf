import type { ConversationId, OperationName } from '@parley/protocol';
import type { Actor } from '../../access/actor.js';
import type { Handler } from '../define-feature.js';

/** The lane in whose order a command of somebody goes on, a conversation's or their own; undefined where there is none. */
export function conversationOf(
  handler: Handler<OperationName>,
  /** Parsed by the contract of the handler's operation. */
  input: never,
  by: { readonly actor: Actor; readonly newId: () => string },
): ConversationId | undefined {
  switch (handler.policy) {
    case 'writer':
      return handler.request(input, by.actor).conversationId;
    case 'bulk_writer':
      return handler.requests(input, by.actor)[0]?.conversationId;
    case 'member':
      return handler.conversation(input);
    case 'creator':
      return handler.conversation(input, by);
    case 'owner':
      // As in `execute`: what is one's own has a lane under one's id, which no conversation has.
      return handler.conversation?.(input, by.actor) ?? (by.actor.userId as string as ConversationId);
    default:
      return undefined;
  }
}
