import { compareRoles, type ErrorCode, type ParsedInput, rights } from '@parley/protocol';
import type { Tx } from '../../db/database.js';
import { uncountReplies } from '../../eventlog/thread-heads.js';
import {
  defineCommand,
  type Operation,
  type OperationRequest,
  type PlacedOperation,
} from '../../kernel/command.js';
import { blankMessages, listTargets, type MessageDeletion, type Target } from './changed-messages.store.js';
import { withThreads } from './with-threads.js';

/** Takes a message away for everyone. Its row stays with its place; what it said moves to the versions, for those who may restore. */
const deleteCommand = defineCommand<MessageDeletion>()({
  entry: 'message.deleted',
  right: ['delete_own', 'delete_any'],
  judge,
  apply,
});

export function requestDeletion({
  conversationId,
  messageId,
}: ParsedInput<'deleteMessage'>): OperationRequest {
  return deleteCommand.request({
    conversationId,
    targets: [messageId],
    payload: { messageId },
    bytes: 200,
  });
}

async function judge(
  tx: Tx,
  operations: readonly Operation<MessageDeletion>[],
): Promise<(ErrorCode | undefined)[]> {
  const targets = await listTargets(tx, operations);
  return operations.map((operation) => {
    const target = targets.get(`${operation.conversationId} ${operation.payload.messageId}`);
    return target === undefined ? 'not_found' : judgeOne(operation, target);
  });
}

function judgeOne({ actorId, standing }: Operation, target: Target): ErrorCode | undefined {
  const mayDelete = (bit: number): boolean => (standing.rights & bit) !== 0;
  if (target.senderId === actorId) return mayDelete(rights.delete_own) ? undefined : 'forbidden';
  if (!mayDelete(rights.delete_any)) return 'forbidden';
  // An owner may delete anybody's, another owner's included; everybody else only a lower role's.
  const isOwner = standing.role === 'owner';
  return isOwner || compareRoles(target.senderRole, standing.role) < 0 ? undefined : 'rank_too_low';
}

async function apply(tx: Tx, operations: readonly PlacedOperation<MessageDeletion>[]) {
  const messages = await blankMessages(tx, operations);
  await uncountReplies(
    tx,
    messages.flatMap(({ conversationId, threadId, rev }) =>
      threadId === null ? [] : [{ conversationId, rootId: threadId, seq: rev }],
    ),
  );
  return withThreads(tx, messages);
}
