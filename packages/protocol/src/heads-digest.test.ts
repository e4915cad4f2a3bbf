import { describe, expect, it } from 'vitest';
import { headsDigest, idHash } from './heads-digest.js';
import type { ConversationId } from './ids.js';

const one = '0199f0a0-0000-7000-8000-000000000001' as ConversationId;
const two = '0199f0a0-0000-7000-8000-000000000002' as ConversationId;

describe('idHash', () => {
  it.each([
    ['', 0x811c9dc5],
    ['a', 0xe40c292c],
    ['foobar', 0xbf9cf968],
  ])('is FNV-1a, 32 bits: of %j it is %i', (text, expected) => {
    expect(idHash(text)).toBe(expected);
  });
});

describe('headsDigest', () => {
  it('is zero for no conversation, and an unsigned 32-bit number for any', () => {
    expect(headsDigest([])).toBe(0);
    const digest = headsDigest([[one, 2 ** 40 + 7]]);
    expect(digest).toBe(digest >>> 0);
  });

  it('does not depend on the order', () => {
    expect(
      headsDigest([
        [one, 5],
        [two, 9],
      ]),
    ).toBe(
      headsDigest([
        [two, 9],
        [one, 5],
      ]),
    );
  });

  it('changes when one conversation goes on, and when heads are exchanged', () => {
    const digest = headsDigest([
      [one, 5],
      [two, 9],
    ]);
    expect(
      headsDigest([
        [one, 6],
        [two, 9],
      ]),
    ).not.toBe(digest);
    expect(
      headsDigest([
        [one, 9],
        [two, 5],
      ]),
    ).not.toBe(digest);
  });
});
