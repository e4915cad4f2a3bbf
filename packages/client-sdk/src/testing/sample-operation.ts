import type { Operation } from '../outbox/operation.js';

/** An operation of a conversation `lane` for tests of the machine; what matters is given. */
export function sampleOperation(id: string, change: Partial<Operation> = {}): Operation {
  return {
    id,
    operation: 'sendMessage',
    conversationId: 'lane',
    input: { conversationId: 'lane', id, content: id },
    enqueuedAt: 0,
    saved: false,
    delivery: { status: 'queued' },
    number: 0,
    lane: 'lane',
    opId: undefined,
    bytes: 100,
    tries: 0,
    hasLeft: false,
    mayHaveLeft: false,
    isKept: true,
    isHeard: true,
    isQuiet: false,
    givenUp: undefined,
    ...change,
  };
}

/** A command about a message, named by its own id. */
export function sampleChange(id: string, operation: string, input: Record<string, unknown>): Operation {
  return sampleOperation(id, { operation, opId: id, input: { conversationId: 'lane', ...input } });
}
