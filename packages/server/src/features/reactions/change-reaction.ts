import { type ErrorCode, limits, type Message, type OperationName, type ParsedInput } from '@parley/protocol';
import type { Tx } from '../../db/database.js';
import { defineCommand, type Operation, type OperationRequest } from '../../kernel/command.js';
import {
  insertReactions,
  listReactedMessages,
  markReactionsRemoved,
  type ReactionChange,
} from './reactions.store.js';

/** Both directions commute with their own kind: fifty people who react to one message share a flush. */
const addCommand = defineCommand<ReactionChange>()({
  entry: 'reaction.added',
  right: 'react',
  commutes: true,
  judge: judgeAdding,
  apply: async (tx, operations) => toData(operations, await insertReactions(tx, operations)),
});

const removeCommand = defineCommand<ReactionChange>()({
  entry: 'reaction.removed',
  right: 'react',
  commutes: true,
  judge: async (tx, operations) => {
    const messages = await listReactedMessages(tx, operations);
    return operations.map((operation) => (messages.has(keyOf(operation)) ? undefined : 'not_found'));
  },
  apply: async (tx, operations) => toData(operations, await markReactionsRemoved(tx, operations)),
});

type ReactionInput = ParsedInput<Extract<OperationName, 'addReaction' | 'removeReaction'>>;

export function requestAdding(input: ReactionInput): OperationRequest {
  return addCommand.request(toRequest(input));
}

export function requestRemoval(input: ReactionInput): OperationRequest {
  return removeCommand.request(toRequest(input));
}

function toRequest({ conversationId, messageId, emoji }: ReactionInput) {
  return { conversationId, targets: [messageId], payload: { messageId, emoji }, bytes: 250 };
}

/** A message holds so many different emojis; operations of one flush see those before them. */
async function judgeAdding(
  tx: Tx,
  operations: readonly Operation<ReactionChange>[],
): Promise<(ErrorCode | undefined)[]> {
  const messages = await listReactedMessages(tx, operations);
  return operations.map((operation) => {
    const emojis = messages.get(keyOf(operation));
    if (emojis === undefined) return 'not_found';
    if (!emojis.has(operation.payload.emoji) && emojis.size >= limits.emojisPerMessage)
      return 'reaction_limit_reached';
    emojis.add(operation.payload.emoji);
    return undefined;
  });
}

function toData(operations: readonly Operation<ReactionChange>[], messages: ReadonlyMap<string, Message>) {
  return operations.flatMap((operation) => {
    const message = messages.get(keyOf(operation));
    return message === undefined ? [] : [{ message, emoji: operation.payload.emoji }];
  });
}

function keyOf({ conversationId, payload }: Operation<ReactionChange>): string {
  return `${conversationId} ${payload.messageId}`;
}
