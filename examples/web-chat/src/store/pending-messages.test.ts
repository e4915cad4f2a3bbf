import { type OutboxOperation, ParleyError } from '@parley/client-sdk';
import { describe, expect, it } from 'vitest';
import { addFailed, dropPending, followOutbox, type PendingMessage } from './pending-messages.js';

const none: ReadonlySet<string> = new Set();
const failed = { status: 'failed', error: new ParleyError('forbidden') } as const;

function operation(
  id: string,
  delivery: OutboxOperation['delivery'] = { status: 'queued' },
): OutboxOperation {
  const input = { id, content: id };
  return {
    id,
    operation: 'sendMessage',
    conversationId: 'harbor',
    input,
    enqueuedAt: 0,
    saved: true,
    delivery,
  };
}

const list = followOutbox([], [operation('a'), operation('b')], none);
const statuses = (of: readonly PendingMessage[]) => of.map(({ delivery }) => delivery.status);

describe('messages on their way', () => {
  it('wait while the outbox has them, and are sent when it has not', () => {
    expect(statuses(list)).toEqual(['waiting', 'waiting']);
    expect(statuses(followOutbox(list, [operation('b')], none))).toEqual(['sent', 'waiting']);
  });

  it('say why they failed, in their place, and wait again when they are tried again', () => {
    const after = followOutbox(list, [operation('a', failed), operation('b')], none);
    expect(after[0]?.delivery).toMatchObject({
      status: 'failed',
      failure: { code: 'forbidden', action: 'copy' },
    });
    expect(statuses(followOutbox(after, [operation('a'), operation('b')], none))).toEqual([
      'waiting',
      'waiting',
    ]);
  });

  it('are the same objects while nothing changes', () => {
    expect(followOutbox(list, [operation('a'), operation('b')], none)).toBe(list);
  });

  it('leave when the server shows them, and do not come back with the answer', () => {
    const rest = dropPending(list, new Set(['a']));
    expect(rest.map(({ id }) => id)).toEqual(['b']);
    expect(followOutbox(rest, [operation('a'), operation('b')], new Set(['a', 'b']))).toBe(rest);
    expect(dropPending(list, new Set(['other']))).toBe(list);
  });

  it('stay where the SDK did not take them at all', () => {
    const failure = { code: 'message_too_long', reason: 'It is too long.', action: 'edit' } as const;
    const refused = addFailed([], { id: 'c', content: 'c', at: '' }, failure);
    expect(statuses(followOutbox(refused, [], none))).toEqual(['failed']);
  });
});
