import type { OpId } from '@parley/protocol';
import { type Command, noStanding, type Operation, type OperationRequest } from '../kernel/command.js';
import { newConversationId, newMessageId, newUserId, type SendSeed, sendOf } from './seed.js';

/** A kind of command that judges and changes nothing: for what looks only at how operations are put together. */
export function idleCommand(change: Partial<Command> = {}): Command {
  return {
    entry: 'message.updated',
    right: 'member',
    commutes: false,
    judge: async () => [],
    apply: async () => [],
    ...change,
  };
}

/** A plain message on its way to the batcher. */
export function plainOperation(seed: Partial<SendSeed> = {}): Operation {
  const send = sendOf({ conversationId: newConversationId(), senderId: newUserId(), ...seed });
  return {
    command: plainCommand,
    tenantId: send.tenantId,
    conversationId: send.conversationId,
    actorId: send.senderId,
    // The id of a message is the name of the command that sends it.
    opId: send.id as string as OpId,
    targets: [send.id],
    payload: undefined,
    message: { threadId: null },
    send,
    bytes: send.content.length + 200,
    standing: noStanding,
  };
}

const plainCommand = idleCommand({ entry: 'message.created', right: 'send' });

/** Anything but a plain message. */
export function otherOperation(request: Partial<OperationRequest> = {}): Operation {
  const { send: _none, message: _scope, ...plain } = plainOperation();
  return {
    ...plain,
    command: idleCommand(),
    opId: newMessageId() as string as OpId,
    targets: [newMessageId()],
    ...request,
  };
}
