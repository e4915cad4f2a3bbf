import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeSince, encodeSince } from './since.js';

const cluster = { systemIdentifier: '7343', timeline: 1 };

it('a since of this database gives its snapshot back', () => {
  for (const snapshot of ['7:7:', '7:9:7,8', '812:900:812,815,899'])
    expect(decodeSince(cluster, encodeSince(cluster, snapshot))).toBe(snapshot);
});

it('a snapshot with too much under way is shortened to its xmin and fits a frame', () => {
  const running = Array.from({ length: 40 }, (_, index) => 1_000_000 + index);
  const since = encodeSince(cluster, `1000000:1000100:${running.join(',')}`);
  expect(decodeSince(cluster, since)).toBe('1000000:1000000:');
  expect(since.length).toBeLessThan(200);
});

it('a since of another database or timeline is none', () => {
  const since = encodeSince(cluster, '7:7:');
  expect(decodeSince({ ...cluster, timeline: 2 }, since)).toBeUndefined();
  expect(decodeSince({ ...cluster, systemIdentifier: '734' }, since)).toBeUndefined();
  expect(decodeSince(cluster, undefined)).toBeUndefined();
});

it.each([
  '7343.1.',
  '7343.1.812',
  '7343.1.9:7:',
  '7343.1.7:9:9',
  '7343.1.7:9:8,7',
  '7343.1.7:9:,',
  '7343.1.0:0:',
])('%s is none: the database would refuse it', (since) => {
  expect(decodeSince(cluster, since)).toBeUndefined();
});

it('whatever a client sends is read or refused, never more', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('1', '9', ':', ',', 'x') }), (text) => {
      const decoded = decodeSince(cluster, `7343.1.${text}`);
      expect([undefined, text]).toContain(decoded);
    }),
  );
});
