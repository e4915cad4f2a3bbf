import { describe, expect, it } from 'vitest';
import type { SendOperation, SendVerdict } from '../eventlog/send.js';
import { expectCode } from '../testing/expect-code.js';
import { newConversationId, newUserId, sendOf } from '../testing/seed.js';
import { turn } from '../testing/turn.js';
import { type AppliedSend, Batcher, type BatcherOptions } from './batcher.js';

interface Flush {
  readonly operations: readonly SendOperation[];
  readonly wait: boolean;
  readonly answer: (verdicts?: SendVerdict[]) => Promise<void>;
  readonly fail: (error: unknown) => Promise<void>;
}

/** A batcher whose database is the test: every flush waits until the test answers it. */
function createHarness(options: Partial<BatcherOptions> = {}) {
  const flushes: Flush[] = [];
  const applied: AppliedSend[] = [];
  const poison: unknown[] = [];
  const delays: number[] = [];
  const batcher = new Batcher({
    sendBatch: (operations, { wait }) =>
      new Promise((resolve, reject) => {
        flushes.push({
          operations,
          wait,
          answer: (verdicts = operations.map((_, index) => verdict(index + 1))) =>
            after(() => resolve(verdicts)),
          fail: (error) => after(() => reject(error)),
        });
      }),
    onApplied: (some) => applied.push(...some),
    onPoison: (error) => poison.push(error),
    random: () => 0.5,
    delay: async (ms) => void delays.push(ms),
    ...options,
  });
  const flush = (index: number): Flush => {
    const found = flushes[index];
    if (found === undefined) throw new Error(`there is no flush ${index}`);
    return found;
  };
  return { batcher, flushes, flush, applied, poison, delays };
}

describe('batcher', () => {
  it('puts what arrives in one turn into one flush, with a verdict for each in its place', async () => {
    const { batcher, flushes, flush, applied } = createHarness();
    const [one, two, three] = [send(), send(), send()];
    const answers = Promise.all([one, two, three].map((operation) => batcher.send(operation)));
    await turn();
    expect(flushes).toHaveLength(1);
    expect(flush(0).operations).toEqual([one, two, three]);
    await flush(0).answer([
      verdict(7),
      { status: 'refused', code: 'muted' },
      { ...verdict(9), status: 'repeated' },
    ]);
    expect(await answers).toEqual([
      verdict(7),
      { status: 'refused', code: 'muted' },
      { ...verdict(9), status: 'repeated' },
    ]);
    expect(applied.map(({ operation, seq }) => [operation, seq])).toEqual([[one, 7]]);
  });

  it('makes what arrives during a flush the next one, and never has two of a conversation under way', async () => {
    const { batcher, flushes, flush } = createHarness();
    const conversationId = newConversationId();
    const [first, second, third] = [
      send({ conversationId }),
      send({ conversationId }),
      send({ conversationId }),
    ];
    void batcher.send(first);
    await turn();
    void batcher.send(second);
    await turn();
    void batcher.send(third);
    await turn();
    expect(flushes).toHaveLength(1);
    await flush(0).answer();
    expect(flush(1).operations).toEqual([second, third]);
    await flush(1).answer();
    expect(batcher.queued).toBe(0);
  });

  it('runs two flushes beside each other and keeps the third back', async () => {
    const { batcher, flushes, flush } = createHarness();
    for (let count = 0; count < 3; count += 1) {
      void batcher.send(send());
      await turn();
    }
    expect(flushes).toHaveLength(2);
    await flush(1).answer();
    expect(flushes).toHaveLength(3);
  });

  it('takes at most 256 operations and 512 KiB into a flush, and the rest in order', async () => {
    const { batcher, flushes, flush } = createHarness();
    const conversationId = newConversationId();
    const many = Array.from({ length: 300 }, () => send({ conversationId }));
    for (const operation of many) void batcher.send(operation);
    await turn();
    expect(flush(0).operations).toEqual(many.slice(0, 256));
    await flush(0).answer();
    expect(flush(1).operations).toEqual(many.slice(256));
    await flush(1).answer();

    const content = 'x'.repeat(40_000);
    for (let count = 0; count < 20; count += 1) void batcher.send(send({ conversationId, content }));
    await turn();
    expect(flush(2).operations).toHaveLength(14);
    expect(flushes).toHaveLength(3);
  });

  it('tells of what was applied before its sender hears', async () => {
    const order: string[] = [];
    const { batcher, flush } = createHarness({ onApplied: () => order.push('told') });
    const answer = batcher.send(send()).then(() => order.push('answered'));
    await turn();
    await flush(0).answer();
    await answer;
    expect(order).toEqual(['told', 'answered']);
  });

  it('sends busy ones again in a flush of their own that waits, behind which their conversation queues', async () => {
    const { batcher, flushes, flush } = createHarness();
    const held = send();
    const behind = send({ conversationId: held.conversationId });
    const free = send();
    const [heldAnswer, freeAnswer] = [batcher.send(held), batcher.send(free)];
    await turn();
    await flush(0).answer([{ status: 'busy' }, verdict(1)]);
    expect(await freeAnswer).toEqual(verdict(1));
    expect(flush(1)).toMatchObject({ operations: [held], wait: true });

    const behindAnswer = batcher.send(behind);
    const freeAgain = batcher.send(send({ conversationId: free.conversationId }));
    await turn();
    expect(flush(2).operations.map((operation) => operation.conversationId)).toEqual([free.conversationId]);
    await flush(2).answer([verdict(2)]);
    await freeAgain;
    expect(flushes).toHaveLength(3);

    await flush(1).answer([verdict(4)]);
    expect(await heldAnswer).toEqual(verdict(4));
    expect(flush(3)).toMatchObject({ operations: [behind], wait: false });
    await flush(3).answer([verdict(5)]);
    expect(await behindAnswer).toEqual(verdict(5));
  });

  it.each(['40P01', '40001', '55P03', 'ECONNRESET', '57P01'])(
    'sends the same batch again after %s',
    async (code) => {
      const { batcher, flush, delays, poison } = createHarness();
      const operation = send();
      const answer = batcher.send(operation);
      await turn();
      await flush(0).fail(Object.assign(new Error('lost'), { code }));
      expect(flush(1).operations).toEqual([operation]);
      await flush(1).answer([{ ...verdict(3), status: 'repeated' }]);
      expect(await answer).toEqual({ ...verdict(3), status: 'repeated' });
      expect([delays, poison]).toEqual([[25], []]);
    },
  );

  it('answers unavailable when eight attempts were in vain, each waiting longer up to a limit', async () => {
    const { batcher, flushes, flush, delays } = createHarness();
    const answer = expectCode('unavailable', () => batcher.send(send()));
    await turn();
    for (let attempt = 0; attempt < 8; attempt += 1)
      await flush(attempt).fail(new Error('Connection terminated'));
    await answer;
    expect(flushes).toHaveLength(8);
    expect(delays).toEqual([25, 50, 100, 200, 400, 800, 1500]);
    expect(batcher.queued).toBe(0);
  });

  it('halves a batch the database cannot take until the one at fault stands alone; only that one fails', async () => {
    const operations = Array.from({ length: 8 }, () => send());
    const culprit = operations[5];
    const { batcher, poison } = createHarness({
      sendBatch: async (some) => {
        if (culprit !== undefined && some.includes(culprit))
          throw Object.assign(new Error('bad'), { code: '22021' });
        return some.map(() => verdict(1));
      },
    });
    const results = await Promise.allSettled(operations.map((operation) => batcher.send(operation)));
    const isFine = results.map((result) => result.status === 'fulfilled');
    expect(isFine).toEqual(operations.map((operation) => operation !== culprit));
    expect(results[5]).toMatchObject({ reason: { code: 'internal' } });
    expect(poison).toHaveLength(1);
  });

  it('keeps, while halving, an operation behind an earlier one of its conversation that is busy', async () => {
    const conversationId = newConversationId();
    const [first, culprit, second] = [send({ conversationId }), send(), send({ conversationId })];
    const { batcher, flush, applied } = createHarness();
    const answers = Promise.allSettled([first, culprit, second].map((operation) => batcher.send(operation)));
    await turn();
    const bad = Object.assign(new Error('bad'), { code: '22021' });
    // Lanes come in the order of their first operation: both of the conversation, then the one at fault.
    expect(flush(0).operations).toEqual([first, second, culprit]);
    await flush(0).fail(bad);
    await flush(1).fail(bad);
    expect(flush(2).operations).toEqual([first]);
    await flush(2).answer([{ status: 'busy' }]);
    expect(flush(3).operations).toEqual([culprit]);
    await flush(3).fail(bad);
    expect(flush(4)).toMatchObject({ operations: [first, second], wait: true });
    await flush(4).answer([verdict(1), verdict(2)]);
    expect((await answers).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(applied.map(({ operation }) => operation)).toEqual([first, second]);
  });

  it('fails an operation the database gave no verdict for, and answers its neighbours', async () => {
    const { batcher, flush } = createHarness();
    const answers = Promise.allSettled([batcher.send(send()), batcher.send(send())]);
    await turn();
    await flush(0).answer([verdict(1)]);
    expect(await answers).toMatchObject([{ status: 'fulfilled' }, { status: 'rejected' }]);
  });

  it('refuses what exceeds its queue as overloaded, at once, and takes more when there is room', async () => {
    const { batcher, flush } = createHarness({ maxQueued: 2 });
    const accepted = [batcher.send(send()), batcher.send(send())];
    await expectCode('overloaded', () => batcher.send(send()));
    await expectCode('overloaded', () => batcher.exclusive(newConversationId(), async () => {}));
    await turn();
    await flush(0).answer();
    await Promise.all(accepted);
    void batcher.send(send());
    expect(batcher.queued).toBe(1);
  });
});

function send(more: Partial<SendOperation> = {}): SendOperation {
  return sendOf({ conversationId: newConversationId(), senderId: newUserId(), ...more });
}

function verdict(seq: number) {
  return { status: 'applied' as const, seq, ord: seq, at: '2026-01-01T00:00:00.000000Z' };
}

async function after(step: () => void): Promise<void> {
  step();
  await turn();
}
