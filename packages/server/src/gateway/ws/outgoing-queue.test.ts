import type { ConversationId } from '@parley/protocol';
import { describe, expect, it } from 'vitest';
import { type Load, OutgoingQueue } from './outgoing-queue.js';

const kib = 1024;
const signal: Load = { class: 'signal' };
const other: Load = { class: 'other' };
const event = (conversationId: string): Load => ({
  class: 'event',
  conversationId: conversationId as ConversationId,
});

function setUp() {
  const dropped: string[] = [];
  const queue = new OutgoingQueue((type, count) => void dropped.push(`${count} ${type}`));
  let count = 0;
  const push = (load: Load, size: number) => {
    const frames = Buffer.alloc(size);
    count += 1;
    frames.writeUInt32BE(count);
    return queue.push(load, frames);
  };
  const rest = () => {
    const taken: number[] = [];
    for (let frames = queue.shift(); frames !== undefined; frames = queue.shift())
      taken.push(frames.readUInt32BE());
    return taken;
  };
  return { queue, push, rest, dropped };
}

describe('the outgoing queue', () => {
  it('gives everything back in order while it is small, the same buffers', () => {
    const { queue, push, rest } = setUp();
    const shared = Buffer.from('shared');
    expect(queue.isIdle).toBe(true);
    expect(queue.push(other, shared)).toBe('queued');
    expect([queue.isIdle, queue.bytes]).toEqual([false, 6]);
    expect(queue.shift()).toBe(shared);
    for (const load of [signal, event('a'), other, event('b')]) push(load, 100);
    expect(rest()).toEqual([1, 2, 3, 4]);
    expect([queue.isIdle, queue.bytes]).toEqual([true, 0]);
  });

  it('gives up signals above 256 KiB, those that wait as well', () => {
    const { queue, push, rest, dropped } = setUp();
    push(signal, 10);
    push(event('a'), 256 * kib - 10);
    expect(dropped).toEqual([]);
    expect(push(signal, 10)).toBe('dropped');
    push(event('a'), 10);
    push(event('a'), 4);
    expect(dropped).toEqual(['1 signal', '1 signal']);
    expect(queue.isDirty).toBe(false);
    expect(rest()).toEqual([2, 4, 5]);
  });

  it('gives up all events above 512 KiB, and later ones of their conversations until their heads were told', () => {
    const { queue, push, rest, dropped } = setUp();
    push(other, 10);
    push(event('a'), 256 * kib);
    push(event('b'), 256 * kib - 10);
    expect(dropped).toEqual([]);
    expect(push(event('c'), 10)).toBe('dropped');
    expect(queue.bytes).toBe(10);
    for (const id of ['a', 'b', 'c']) expect(push(event(id), 10)).toBe('dropped');
    expect(push(event('d'), 10)).toBe('queued');
    expect(dropped).toEqual(['2 event', '1 event', '1 event', '1 event', '1 event']);
    expect(rest()).toEqual([1, 8]);
    expect(queue.isIdle).toBe(false);
    expect([...queue.takeDirty()]).toEqual(['a', 'b', 'c']);
    expect(queue.isIdle).toBe(true);
    expect(push(event('a'), 10)).toBe('queued');
  });

  it('gives up events for answers, and nothing for answers that are too many', () => {
    const { queue, push, rest } = setUp();
    push(event('a'), 400 * kib);
    expect(push(other, 512 * kib)).toBe('queued');
    expect(queue.isDirty).toBe(true);
    expect(push(other, 512 * kib)).toBe('queued');
    expect(push(other, 4)).toBe('overflow');
    expect(rest()).toEqual([2, 3]);
  });

  it('takes one frame of any size when nothing else waits', () => {
    const { push } = setUp();
    expect(push(other, 4 * kib * kib)).toBe('queued');
    expect(push(other, 4)).toBe('overflow');
  });

  it('keeps its order over thousands of writes and takes', () => {
    const { queue, push } = setUp();
    const taken: number[] = [];
    for (let round = 0; round < 5000; round += 1) {
      push(other, 16);
      push(other, 16);
      taken.push(queue.shift()?.readUInt32BE() ?? 0);
    }
    expect(taken).toEqual(Array.from({ length: 5000 }, (_, index) => index + 1));
    expect(queue.bytes).toBe(5000 * 16);
    queue.clear();
    expect([queue.isIdle, queue.bytes, queue.shift()]).toEqual([true, 0, undefined]);
  });
});
