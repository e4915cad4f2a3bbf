import { blockedMark, compareRoles, type ErrorCode, type ParsedInput, rights } from '@parley/protocol';
import type { Tx } from '../../db/database.js';
import {
  defineCommand,
  type Operation,
  type OperationRequest,
  type PlacedOperation,
} from '../../kernel/command.js';
import {
  listRestorable,
  type MessageRestoring,
  type Restorable,
  unblankMessages,
} from './restored-messages.store.js';
import { withThreads } from './with-threads.js';

/** Takes a deletion back while the words are kept. For the log it is a change of the message like an edit. */
const restoreCommand = defineCommand<MessageRestoring>()({
  entry: 'message.updated',
  right: ['delete_own', 'delete_any'],
  judge,
  apply,
});

export function requestRestoring({
  conversationId,
  messageId,
}: ParsedInput<'restoreMessage'>): OperationRequest {
  return restoreCommand.request({
    conversationId,
    targets: [messageId],
    payload: { messageId },
    bytes: 200,
  });
}

async function judge(
  tx: Tx,
  operations: readonly Operation<MessageRestoring>[],
): Promise<(ErrorCode | undefined)[]> {
  const restorable = await listRestorable(tx, operations);
  return operations.map((operation) => {
    const found = restorable.get(`${operation.conversationId} ${operation.payload.messageId}`);
    if (found === undefined) return 'not_found';
    if (!mayRestore(operation, found)) return 'forbidden';
    // Words that come back are said again.
    return (operation.standing.rights & blockedMark) === 0 ? undefined : 'dm_not_allowed';
  });
}

/** Who deleted it, while they may still delete it; or who may delete any and stands above them. */
function mayRestore(
  { actorId, standing }: Operation,
  { senderId, deletedBy, deleterRole }: Restorable,
): boolean {
  const has = (bit: number): boolean => (standing.rights & bit) !== 0;
  if (deletedBy === actorId) return has(senderId === actorId ? rights.delete_own : rights.delete_any);
  return has(rights.delete_any) && compareRoles(standing.role, deleterRole) > 0;
}

async function apply(tx: Tx, operations: readonly PlacedOperation<MessageRestoring>[]) {
  return withThreads(tx, await unblankMessages(tx, operations));
}
