import type { ErrorCode, ParsedInput } from '@parley/protocol';
import type { Tx } from '../../db/database.js';
import { defineCommand, type Operation, type OperationRequest } from '../../kernel/command.js';
import { listTargets, type MessageEdit, updateContents } from './changed-messages.store.js';
import { withThreads } from './with-threads.js';

/** Other words for a message of one's own. */
const editCommand = defineCommand<MessageEdit>()({
  entry: 'message.updated',
  right: 'edit_own',
  judge,
  apply: async (tx, operations) => withThreads(tx, await updateContents(tx, operations)),
});

export function requestEdit(input: ParsedInput<'editMessage'>): OperationRequest {
  const { conversationId, messageId, content, metadata } = input;
  return editCommand.request({
    conversationId,
    targets: [messageId],
    payload: { messageId, content, metadata },
    bytes: content.length + (metadata ? JSON.stringify(metadata).length : 0) + 200,
  });
}

async function judge(
  tx: Tx,
  operations: readonly Operation<MessageEdit>[],
): Promise<(ErrorCode | undefined)[]> {
  const targets = await listTargets(tx, operations);
  return operations.map(({ conversationId, actorId, payload }) => {
    const target = targets.get(`${conversationId} ${payload.messageId}`);
    if (target === undefined) return 'not_found';
    return target.senderId === actorId ? undefined : 'forbidden';
  });
}
