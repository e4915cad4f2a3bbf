import type { ConversationId, UserId } from '@parley/protocol';
import { describe, expect, it } from 'vitest';
import { expectCode } from '../../testing/expect-code.js';
import { createFakeClock } from '../../testing/fake-clock.js';
import { newConversationId, newUserId } from '../../testing/seed.js';
import { turn } from '../../testing/turn.js';
import { MarkCoalescer } from './coalescer.js';
import type { Mark, Marked } from './mark.js';

describe('MarkCoalescer', () => {
  it('writes what follows from something else after half a second, merged, once', async () => {
    const { coalescer, clock, writes } = setUp();
    coalescer.soon(markOf({ readSeq: 3 }));
    coalescer.soon(markOf({ readSeq: 7, deliveredSeq: 9 }));
    coalescer.soon(markOf({ readSeq: 5 }));
    clock.advance(499);
    await turn();
    expect(writes).toEqual([]);
    clock.advance(1);
    await turn();
    expect(writes).toEqual([[expect.objectContaining({ readSeq: 7, deliveredSeq: 9 })]]);
    clock.advance(5000);
    await turn();
    expect(writes).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });

  it('writes what somebody asked for at once, in one statement for those who ask together, and takes along what waits', async () => {
    const { coalescer, clock, writes } = setUp();
    coalescer.soon(markOf({ userId: newUserId(), readSeq: 1 }));
    const answers = await Promise.all(
      [2, 3].map((readSeq) => coalescer.now(markOf({ userId: newUserId(), readSeq }))),
    );
    expect(answers.map((answer) => answer?.readSeq)).toEqual([2, 3]);
    expect(writes.map((marks) => marks.map(({ readSeq }) => readSeq))).toEqual([[1, 2, 3]]);
    expect(clock.pending).toBe(0);
  });

  it('has one write under way; what comes meanwhile shares the next', async () => {
    let open = () => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const { coalescer, writes } = setUp({ before: () => gate });
    const first = coalescer.now(markOf({ userId: newUserId(), readSeq: 1 }));
    await turn();
    const others = [2, 3, 4].map((readSeq) => coalescer.now(markOf({ userId: newUserId(), readSeq })));
    await turn();
    expect(writes).toHaveLength(1);
    open();
    await Promise.all([first, ...others]);
    expect(writes.map((marks) => marks.length)).toEqual([1, 3]);
  });

  it('lets the later word on "unread" win, and a mark that says nothing of it leave it', async () => {
    const { coalescer, writes } = setUp();
    await Promise.all([
      coalescer.now(markOf({ readSeq: 4, unreadFrom: 'clear' })),
      coalescer.now(markOf({ unreadFrom: 2 })),
      coalescer.now(markOf({ deliveredSeq: 6 })),
    ]);
    expect(writes).toEqual([[expect.objectContaining({ readSeq: 4, deliveredSeq: 6, unreadFrom: 2 })]]);
  });

  it('takes what was sent and what was asked for together for something asked for', async () => {
    const { coalescer, clock, writes } = setUp();
    coalescer.soon(markOf({ readSeq: 3, sentOrd: 2 }));
    coalescer.soon(markOf({ readSeq: 5, sentOrd: 4 }));
    clock.advance(500);
    await turn();
    coalescer.soon(markOf({ readSeq: 7, sentOrd: 6 }));
    await coalescer.now(markOf({ unreadFrom: 'latest' }));
    expect(writes).toEqual([
      [expect.objectContaining({ readSeq: 5, sentOrd: 4 })],
      [expect.objectContaining({ readSeq: 7, sentOrd: null, unreadFrom: 'latest' })],
    ]);
  });

  it('answers nothing for somebody who has no row', async () => {
    const { coalescer } = setUp({ answer: () => [] });
    expect(await coalescer.now(markOf({ readSeq: 1 }))).toBeUndefined();
  });

  it('rejects those who wait for a write that failed, and writes again what nobody waits for', async () => {
    const failures = [new Error('gone')];
    const { coalescer, clock, writes, errors } = setUp({ failures });
    coalescer.soon(markOf({ userId: newUserId(), readSeq: 1 }));
    await expect(coalescer.now(markOf({ readSeq: 2 }))).rejects.toThrow('gone');
    expect(errors).toHaveLength(1);
    clock.advance(500);
    await turn();
    expect(writes.map((marks) => marks.map(({ readSeq }) => readSeq))).toEqual([[1, 2], [1]]);
  });

  it('tries a deadlock again before anybody hears of it', async () => {
    const deadlock = Object.assign(new Error('deadlock detected'), { code: '40P01' });
    const { coalescer, writes } = setUp({ failures: [deadlock, deadlock] });
    expect(await coalescer.now(markOf({ readSeq: 2 }))).toMatchObject({ readSeq: 2 });
    expect(writes).toHaveLength(3);
  });

  it('writes what waits when it closes, and gives up on what cannot be written', async () => {
    const { coalescer, clock, writes } = setUp();
    coalescer.soon(markOf({ readSeq: 1 }));
    await coalescer.close();
    expect(writes).toHaveLength(1);
    const failing = setUp({ failures: [new Error('gone')] });
    failing.coalescer.soon(markOf({ readSeq: 1 }));
    await failing.coalescer.close();
    expect([clock.pending, failing.clock.pending]).toEqual([0, 0]);
  });

  it('refuses more rows than it can hold, not more marks of rows it has', async () => {
    const { coalescer } = setUp();
    const userId = newUserId();
    coalescer.soon(markOf({ userId, readSeq: 1 }));
    for (let row = 1; row < 20_000; row += 1)
      // Any text tells rows apart here.
      coalescer.soon(markOf({ userId: `user ${row}` as UserId, readSeq: 1 }));
    await expectCode('overloaded', () => coalescer.now(markOf({ userId: newUserId() })));
    expect(await coalescer.now(markOf({ userId, readSeq: 2 }))).toMatchObject({ readSeq: 2 });
  });
});

const conversationId: ConversationId = newConversationId();
const somebody: UserId = newUserId();

function markOf(parts: Partial<Mark>): Mark {
  return {
    tenantId: null,
    conversationId,
    userId: somebody,
    threadId: null,
    readSeq: 0,
    deliveredSeq: 0,
    unreadFrom: 'keep',
    sentOrd: null,
    ...parts,
  };
}

interface Behaviour {
  readonly before?: () => Promise<void>;
  readonly answer?: (marks: readonly Mark[]) => Marked[];
  /** Thrown by the first writes, one each. */
  readonly failures?: Error[];
}

function setUp({ before = async () => {}, answer = written, failures = [] }: Behaviour = {}) {
  const clock = createFakeClock();
  const writes: (readonly Mark[])[] = [];
  const errors: unknown[] = [];
  const coalescer = new MarkCoalescer({
    write: async (marks) => {
      writes.push(marks);
      await before();
      const failure = failures.shift();
      if (failure !== undefined) throw failure;
      return answer(marks);
    },
    onMarked: () => {},
    onError: (error) => errors.push(error),
    clock,
  });
  return { coalescer, clock, writes, errors };
}

function written(marks: readonly Mark[]): Marked[] {
  return marks.map((mark) => ({
    mark,
    readSeq: mark.readSeq,
    deliveredSeq: mark.deliveredSeq,
    unreadCount: 0,
    unreadFromSeq: null,
    hasOwnMoved: true,
    hasReceiptMoved: true,
    conversation: { memberCount: 2, lastMessageSeq: 0, lastSenderId: null, hiderIds: [] },
  }));
}
