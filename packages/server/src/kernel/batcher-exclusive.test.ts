import { describe, expect, it } from 'vitest';
import { plainOperation } from '../testing/operations.js';
import { newConversationId } from '../testing/seed.js';
import { turn } from '../testing/turn.js';
import { Batcher } from './batcher.js';
import type { Operation } from './command.js';

/** A batcher that writes down what happens, and works that the test ends. */
function createHarness(options: { readonly maxExclusives?: number } = {}) {
  const diary: string[] = [];
  const batcher = new Batcher({
    flush: async (operations) => {
      diary.push(`flush ${operations.map(({ send }) => send?.content).join(' ')}`);
      return operations.map((_, index) => ({ status: 'repeated', seq: index + 1, at: '' }));
    },
    onApplied: () => {},
    onPoison: () => {},
    random: () => 0.5,
    delay: async () => {},
    ...options,
  });
  const startWork = (conversationId: Operation['conversationId'], name: string) => {
    let end = () => {};
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    const done = batcher.exclusive(conversationId, async () => {
      diary.push(`start ${name}`);
      await ended;
      diary.push(`end ${name}`);
      return name;
    });
    return { done, end };
  };
  return { batcher, diary, startWork };
}

describe('exclusive work of the batcher', () => {
  it('runs alone in its conversation: sends before it are done, sends behind it wait', async () => {
    const { batcher, diary, startWork } = createHarness();
    const conversationId = newConversationId();
    const before = batcher.submit(message(conversationId, 'before'));
    const work = startWork(conversationId, 'work');
    const behind = batcher.submit(message(conversationId, 'behind'));
    await before;
    await turn();
    expect(diary).toEqual(['flush before', 'start work']);
    work.end();
    expect(await work.done).toBe('work');
    await behind;
    expect(diary).toEqual(['flush before', 'start work', 'end work', 'flush behind']);
  });

  it('parks only its own conversation', async () => {
    const { batcher, diary, startWork } = createHarness();
    const work = startWork(newConversationId(), 'work');
    await batcher.submit(message(newConversationId(), 'elsewhere'));
    expect(diary).toEqual(['start work', 'flush elsewhere']);
    work.end();
    await work.done;
  });

  it('runs a limited number at once, so that flushes keep a connection', async () => {
    const { batcher, diary, startWork } = createHarness({ maxExclusives: 2 });
    const works = ['a', 'b', 'c'].map((name) => startWork(newConversationId(), name));
    await batcher.submit(message(newConversationId(), 'flows'));
    expect(diary).toEqual(['start a', 'start b', 'flush flows']);
    works[1]?.end();
    await works[1]?.done;
    await turn();
    expect(diary.slice(3)).toEqual(['end b', 'start c']);
    for (const work of works) work.end();
    await Promise.all(works.map((work) => work.done));
  });

  it('goes on after work that failed, and hands its error to whoever asked', async () => {
    const { batcher } = createHarness();
    const conversationId = newConversationId();
    const failing = batcher.exclusive(conversationId, () => Promise.reject(new Error('no')));
    const behind = batcher.submit(message(conversationId, 'behind'));
    await expect(failing).rejects.toThrow('no');
    expect(await behind).toMatchObject({ status: 'repeated' });
  });

  it('drains when the last work has ended and not before', async () => {
    const { batcher, startWork } = createHarness();
    const conversationId = newConversationId();
    const work = startWork(conversationId, 'work');
    const behind = batcher.submit(message(conversationId, 'behind'));
    let isDrained = false;
    const drained = batcher.drain().then(() => {
      isDrained = true;
    });
    await turn();
    expect([isDrained, batcher.queued]).toEqual([false, 2]);
    work.end();
    await drained;
    expect(batcher.queued).toBe(0);
    await behind;
  });

  it('drains at once when there is nothing', async () => {
    const { batcher } = createHarness();
    expect(await batcher.drain()).toBeUndefined();
  });
});

function message(conversationId: Operation['conversationId'], content: string): Operation {
  return plainOperation({ conversationId, content });
}
