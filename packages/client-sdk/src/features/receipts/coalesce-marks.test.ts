import { describe, expect, it, vi } from 'vitest';
import { fakePlatform } from '../../testing/fake-platform.js';
import { createMarkQueue } from './coalesce-marks.js';

describe('marks on their way', () => {
  it('go at once, then as one a second with the furthest, whose answer all of them share', async () => {
    const { queue, send, platform } = setUp();
    expect(await queue.mark('a', 1, send)).toBe(1);
    const later = [3, 5, 4].map((seq) => queue.mark('a', seq, send));
    await platform.advance(999);
    expect(send.mock.calls).toEqual([[1]]);
    await platform.advance(1);
    expect(send.mock.calls).toEqual([[1], [5]]);
    expect(await Promise.all(later)).toEqual([5, 5, 5]);
    await platform.advance(1000);
    await queue.mark('a', 6, send);
    expect(send.mock.calls).toEqual([[1], [5], [6]]);
  });

  it('wait as one while the first has no answer', async () => {
    let answer = (_seq: number) => {};
    const { queue, platform } = setUp();
    const send = vi.fn(
      () =>
        new Promise<number>((resolve) => {
          answer = resolve;
        }),
    );
    void queue.mark('a', 1, send);
    for (let seq = 2; seq < 50; seq += 1) void queue.mark('a', seq, send);
    await platform.advance(60_000);
    expect(send).toHaveBeenCalledTimes(1);
    answer(1);
    await platform.advance(1000);
    expect(send.mock.calls).toEqual([[1], [49]]);
  });

  it('of other places do not wait for each other', async () => {
    const { queue, send } = setUp();
    await Promise.all([queue.mark('a', 1, send), queue.mark('b', 2, send)]);
    expect(send.mock.calls).toEqual([[1], [2]]);
  });

  it('that fail reject those who share them, and the next one goes', async () => {
    const { queue, platform } = setUp();
    const send = vi.fn(async (seq: number) => {
      if (seq < 3) throw new Error(`no ${seq}`);
      return seq;
    });
    await expect(queue.mark('a', 1, send)).rejects.toThrow('no 1');
    const second = expect(queue.mark('a', 2, send)).rejects.toThrow('no 2');
    await platform.advance(1000);
    await second;
    const third = queue.mark('a', 3, send);
    await platform.advance(1000);
    expect(await third).toBe(3);
  });

  it('leave at once when what comes next must come after them', async () => {
    const { queue, send, platform } = setUp();
    await queue.mark('a', 1, send);
    const waiting = queue.mark('a', 2, send);
    queue.flush('a');
    expect(await waiting).toBe(2);
    await platform.advance(5000);
    expect(send.mock.calls).toEqual([[1], [2]]);
  });
});

function setUp() {
  const platform = fakePlatform();
  const queue = createMarkQueue<number>(platform);
  const send = vi.fn(async (seq: number) => seq);
  return { queue, send, platform };
}
