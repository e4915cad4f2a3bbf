import { describe, expect, it } from 'vitest';
import { BucketTable } from './bucket-table.js';

function open(capacity = 1000) {
  const policy = { limit: 60, windowSeconds: 60, burst: 10 };
  return new BucketTable({ name: 'sendPerConversation', policy, capacity, isTold: true });
}

describe('the buckets of a rule', () => {
  it('are one for a key, whether it has one part or two', () => {
    const table = open();
    expect(table.get('a', undefined)).toBe(table.get('a', undefined));
    expect(table.get('a', 'b')).toBe(table.get('a', 'b'));
    expect(table.get('a', 'b')).not.toBe(table.get('b', 'a'));
    expect(table.get('a', 'b')).not.toBe(table.get('a', 'c'));
    expect(table.size).toBe(4);
  });

  it.each(['one part', 'two parts'])('never are more than fit, with keys of %s: the oldest goes', (parts) => {
    const table = open(100);
    const get = (index: number) =>
      parts === 'one part' ? table.get(`${index}`, undefined) : table.get(`user ${index % 7}`, `${index}`);
    for (let index = 0; index < 10_000; index += 1) {
      table.take(get(index), { now: 0, cost: 1 });
      expect(table.size).toBeLessThanOrEqual(100);
      expect(get(index).fullAt).toBe(1000);
    }
    expect(table.size).toBe(100);
  });

  it('are forgotten when they are full again, and not before', () => {
    const table = open();
    table.take(table.get('a', undefined), { now: 0, cost: 2 });
    table.take(table.get('a', 'b'), { now: 0, cost: 3 });
    table.take(table.get('c', 'd'), { now: 0, cost: 1 });
    table.sweep(1999);
    expect(table.size).toBe(2);
    table.sweep(3000);
    expect(table.size).toBe(0);
    expect(table.get('a', 'b').fullAt).toBe(0);
  });

  it('remember once each what other nodes do not know', () => {
    const table = open();
    const bucket = table.get('a', undefined);
    for (let count = 0; count < 5; count += 1) table.take(bucket, { now: 0, cost: 1 });
    expect([table.untold.length, bucket.untold]).toEqual([1, 5]);
  });
});
