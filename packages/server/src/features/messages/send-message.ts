import type { ErrorCode, Message, ParsedInput } from '@parley/protocol';
import type { Actor } from '../../access/actor.js';
import type { Tx } from '../../db/database.js';
import {
  defineCommand,
  type Operation,
  type OperationRequest,
  type PlacedOperation,
} from '../../kernel/command.js';
import { insertMessages, listReferable } from './sent-messages.store.js';
import { withThreads } from './with-threads.js';

interface NewMessage {
  readonly id: Message['id'];
  readonly content: string;
  readonly metadata: Message['metadata'];
  readonly replyToId: Message['replyToId'];
  readonly threadId: Message['threadId'];
}

/** A message. Plain ones travel by the log's own function; those that answer something or stand in a thread by these statements. */
export const sendCommand = defineCommand<NewMessage>()({
  entry: 'message.created',
  right: 'send',
  judge: judgeReferences,
  apply,
});

export function requestSend(input: ParsedInput<'sendMessage'>, actor: Actor): OperationRequest {
  const { conversationId, id, content, metadata = null, replyToId = null, threadId = null } = input;
  const encoded = metadata === null ? null : JSON.stringify(metadata);
  const isPlain = replyToId === null && threadId === null;
  return sendCommand.request({
    conversationId,
    id,
    targets: [id],
    refersTo: isPlain ? undefined : [replyToId, threadId].filter((reference) => reference !== null),
    payload: { id, content, metadata, replyToId, threadId },
    message: { threadId },
    bytes: content.length + (encoded?.length ?? 0) + 200,
    send: isPlain
      ? { tenantId: actor.tenantId, conversationId, senderId: actor.userId, id, content, metadata: encoded }
      : undefined,
  });
}

async function judgeReferences(
  tx: Tx,
  operations: readonly Operation<NewMessage>[],
): Promise<(ErrorCode | undefined)[]> {
  const references = operations.flatMap(({ conversationId, payload: { replyToId, threadId } }) =>
    [replyToId, threadId].flatMap((id) => (id === null ? [] : [{ conversationId, id }])),
  );
  const referable = await listReferable(tx, references);
  return operations.map(({ conversationId, payload: { replyToId, threadId } }) => {
    if (threadId !== null && referable.get(`${conversationId} ${threadId}`)?.isRoot !== true)
      return 'not_found';
    if (replyToId !== null && !referable.has(`${conversationId} ${replyToId}`)) return 'invalid_reference';
    return undefined;
  });
}

async function apply(tx: Tx, operations: readonly PlacedOperation<NewMessage>[]) {
  const messages = operations.map(
    ({ conversationId, actorId, seq, ord, at, payload }): Message => ({
      id: payload.id,
      conversationId,
      seq,
      rev: seq,
      ord,
      threadId: payload.threadId,
      replyToId: payload.replyToId,
      senderId: actorId,
      type: 'text',
      content: payload.content,
      metadata: payload.metadata,
      reactions: [],
      at,
      editedAt: null,
      deletedAt: null,
    }),
  );
  await insertMessages(tx, messages);
  return withThreads(tx, messages);
}
