import { describe, expect, it } from 'vitest';
import { expectCode } from '../testing/expect-code.js';
import { turn } from '../testing/turn.js';
import { BoundedQueue } from './bounded-queue.js';

/** Work that runs until the test ends it. */
function createWork() {
  const started: string[] = [];
  const enders = new Map<string, { resolve: (text: string) => void; reject: (error: Error) => void }>();
  const work = (name: string) => () => {
    started.push(name);
    return new Promise<string>((resolve, reject) => enders.set(name, { resolve, reject }));
  };
  return { started, work, end: (name: string) => enders.get(name) };
}

describe('bounded queue', () => {
  it('runs two at once and starts the next in order as places become free', async () => {
    const queue = new BoundedQueue({ concurrency: 2, queueLimit: 5 });
    const { started, work, end } = createWork();
    const results = ['a', 'b', 'c', 'd'].map((name) => queue.run(work(name)));
    await turn();
    expect(started).toEqual(['a', 'b']);
    end('b')?.resolve('B');
    expect(await results[1]).toBe('B');
    await turn();
    expect(started).toEqual(['a', 'b', 'c']);
    for (const name of ['a', 'c']) end(name)?.resolve(name);
    await turn();
    expect(started).toEqual(['a', 'b', 'c', 'd']);
  });

  it('hands a place to one only: newcomers find it taken', async () => {
    const queue = new BoundedQueue({ concurrency: 1, queueLimit: 5 });
    const { started, work, end } = createWork();
    for (const name of ['a', 'b']) void queue.run(work(name));
    end('a')?.resolve('A');
    await turn();
    void queue.run(work('c'));
    await turn();
    expect(started).toEqual(['a', 'b']);
  });

  it('refuses as overloaded what neither runs nor finds a place to wait, and says when to come back', async () => {
    const queue = new BoundedQueue({ concurrency: 1, queueLimit: 1 });
    const { work } = createWork();
    expect(queue.isFull).toBe(false);
    void queue.run(work('runs'));
    expect(queue.isFull).toBe(false);
    void queue.run(work('waits'));
    expect(queue.isFull).toBe(true);
    const error = await expectCode('overloaded', () => queue.run(work('too many')));
    expect(error.retryAfterMs).toBe(1000);
  });

  it('hands the place on when work fails, and takes new work when all have ended', async () => {
    const queue = new BoundedQueue({ concurrency: 1, queueLimit: 1 });
    const { started, work, end } = createWork();
    const failing = queue.run(work('a'));
    const waiting = queue.run(work('b'));
    end('a')?.reject(new Error('no'));
    await expect(failing).rejects.toThrow('no');
    await turn();
    end('b')?.resolve('done');
    expect(await waiting).toBe('done');
    void queue.run(work('c'));
    expect(started).toEqual(['a', 'b', 'c']);
  });
});
