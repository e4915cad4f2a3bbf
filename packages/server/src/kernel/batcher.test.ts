import type { ChatEvent } from '@parley/protocol';
import { describe, expect, it } from 'vitest';
import { expectCode } from '../testing/expect-code.js';
import { otherOperation, plainOperation } from '../testing/operations.js';
import { newConversationId } from '../testing/seed.js';
import { turn } from '../testing/turn.js';
import { Batcher, type BatcherOptions } from './batcher.js';
import type { Operation } from './command.js';
import type { Verdict } from './flush.js';

interface StartedFlush {
  readonly operations: readonly Operation[];
  readonly wait: boolean;
  readonly answer: (verdicts?: Verdict[]) => Promise<void>;
  readonly fail: (error: unknown) => Promise<void>;
}

/** A batcher whose database is the test: every flush waits until the test answers it. */
function createHarness(options: Partial<BatcherOptions> = {}) {
  const flushes: StartedFlush[] = [];
  const applied: number[] = [];
  const poison: unknown[] = [];
  const delays: number[] = [];
  const batcher = new Batcher({
    flush: (operations, { wait }) =>
      new Promise((resolve, reject) => {
        flushes.push({
          operations,
          wait,
          answer: (verdicts = operations.map((_, index) => verdict(index + 1))) =>
            after(() => resolve(verdicts)),
          fail: (error) => after(() => reject(error)),
        });
      }),
    onApplied: (events) => applied.push(...events.map(({ seq }) => seq)),
    onPoison: (error) => poison.push(error),
    random: () => 0.5,
    delay: async (ms) => void delays.push(ms),
    ...options,
  });
  const flush = (index: number): StartedFlush => {
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
    const answers = Promise.all([one, two, three].map((operation) => batcher.submit(operation)));
    await turn();
    expect(flushes).toHaveLength(1);
    expect(flush(0).operations).toEqual([one, two, three]);
    await flush(0).answer([verdict(7), { status: 'refused', code: 'muted' }, repeated(9)]);
    expect(await answers).toEqual([verdict(7), { status: 'refused', code: 'muted' }, repeated(9)]);
    expect(applied).toEqual([7]);
  });

  it('makes what arrives during a flush the next one, and never has two of a conversation under way', async () => {
    const { batcher, flushes, flush } = createHarness();
    const conversationId = newConversationId();
    const [first, second, third] = [
      send({ conversationId }),
      send({ conversationId }),
      send({ conversationId }),
    ];
    void batcher.submit(first);
    await turn();
    void batcher.submit(second);
    await turn();
    void batcher.submit(third);
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
      void batcher.submit(send());
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
    for (const operation of many) void batcher.submit(operation);
    await turn();
    expect(flush(0).operations).toEqual(many.slice(0, 256));
    await flush(0).answer();
    expect(flush(1).operations).toEqual(many.slice(256));
    await flush(1).answer();

    const content = 'x'.repeat(40_000);
    for (let count = 0; count < 20; count += 1) void batcher.submit(send({ conversationId, content }));
    await turn();
    expect(flush(2).operations).toHaveLength(14);
    expect(flushes).toHaveLength(3);
  });

  it('keeps plain messages and other commands in flushes of their own, and what would meet in one apart', async () => {
    const { batcher, flush } = createHarness();
    const [plain, mixed] = [newConversationId(), newConversationId()];
    const [one, two] = [send({ conversationId: plain }), send({ conversationId: plain })];
    const edit = otherOperation({ conversationId: mixed });
    const again = otherOperation({ conversationId: mixed, targets: edit.targets });
    const behind = send({ conversationId: mixed });
    for (const operation of [one, edit, two, again, behind]) void batcher.submit(operation);
    await turn();
    expect([flush(0).operations, flush(1).operations]).toEqual([[one, two], [edit]]);
    await flush(1).answer();
    expect(flush(2).operations).toEqual([again, behind]);
  });

  it('tells of what was applied before its sender hears', async () => {
    const order: string[] = [];
    const { batcher, flush } = createHarness({ onApplied: () => order.push('told') });
    const answer = batcher.submit(send()).then(() => order.push('answered'));
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
    const [heldAnswer, freeAnswer] = [batcher.submit(held), batcher.submit(free)];
    await turn();
    await flush(0).answer([{ status: 'busy' }, verdict(1)]);
    expect(await freeAnswer).toEqual(verdict(1));
    expect(flush(1)).toMatchObject({ operations: [held], wait: true });

    const behindAnswer = batcher.submit(behind);
    const freeAgain = batcher.submit(send({ conversationId: free.conversationId }));
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

  it.each(['40P01', '40001', '55P03', '57014', 'ECONNRESET', '57P01'])(
    'sends the same batch again after %s',
    async (code) => {
      const { batcher, flush, delays, poison } = createHarness();
      const operation = send();
      const answer = batcher.submit(operation);
      await turn();
      await flush(0).fail(Object.assign(new Error('lost'), { code }));
      expect(flush(1).operations).toEqual([operation]);
      await flush(1).answer([repeated(3)]);
      expect(await answer).toEqual(repeated(3));
      expect([delays, poison]).toEqual([[25], []]);
    },
  );

  it('answers unavailable when eight attempts were in vain, each waiting longer up to a limit', async () => {
    const { batcher, flushes, flush, delays } = createHarness();
    const answer = expectCode('unavailable', () => batcher.submit(send()));
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
      flush: async (some) => {
        if (culprit !== undefined && some.includes(culprit))
          throw Object.assign(new Error('bad'), { code: '22021' });
        return some.map(() => verdict(1));
      },
    });
    const results = await Promise.allSettled(operations.map((operation) => batcher.submit(operation)));
    const isFine = results.map((result) => result.status === 'fulfilled');
    expect(isFine).toEqual(operations.map((operation) => operation !== culprit));
    expect(results[5]).toMatchObject({ reason: { code: 'internal' } });
    expect(poison).toHaveLength(1);
  });

  it('keeps, while halving, an operation behind an earlier one of its conversation that is busy', async () => {
    const conversationId = newConversationId();
    const [first, culprit, second] = [send({ conversationId }), send(), send({ conversationId })];
    const { batcher, flush, applied } = createHarness();
    const answers = Promise.allSettled(
      [first, culprit, second].map((operation) => batcher.submit(operation)),
    );
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
    expect(applied).toEqual([1, 2]);
  });

  it('fails an operation the database gave no verdict for, and answers its neighbours', async () => {
    const { batcher, flush } = createHarness();
    const answers = Promise.allSettled([batcher.submit(send()), batcher.submit(send())]);
    await turn();
    await flush(0).answer([verdict(1)]);
    expect(await answers).toMatchObject([{ status: 'fulfilled' }, { status: 'rejected' }]);
  });

  it('refuses what exceeds its queue as overloaded, at once, and takes more when there is room', async () => {
    const { batcher, flush } = createHarness({ maxQueued: 2 });
    const accepted = [batcher.submit(send()), batcher.submit(send())];
    await expectCode('overloaded', () => batcher.submit(send()));
    await expectCode('overloaded', () => batcher.exclusive(newConversationId(), async () => {}));
    await turn();
    await flush(0).answer();
    await Promise.all(accepted);
    void batcher.submit(send());
    expect(batcher.queued).toBe(1);
  });
});

const send = plainOperation;

function verdict(seq: number): Verdict {
  // Of an event only its place is looked at.
  return { status: 'applied', seq, at: '2026-01-01T00:00:00.000000Z', event: { seq } as ChatEvent };
}

function repeated(seq: number): Verdict {
  return { status: 'repeated', seq, at: '2026-01-01T00:00:00.000000Z' };
}

async function after(step: () => void): Promise<void> {
  step();
  await turn();
}
