import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createIdFactory, isUuid } from './ids.js';

const noon = Date.UTC(2026, 10, 21, 12);

/** A factory whose clock is set by the test and whose random bytes are all the same. */
function createIds(byte = 0) {
  const clock = { now: noon };
  const next = createIdFactory({ now: () => clock.now, randomBytes: (bytes) => void bytes.fill(byte) });
  return { clock, next };
}

const timeOf = (id: string) => Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16);

describe('isUuid', () => {
  it('takes canonical lower case of any version, and nothing else', () => {
    expect(isUuid('0193abcd-0000-7000-8000-000000000000')).toBe(true);
    expect(isUuid('00000000-0000-0000-0000-000000000000')).toBe(true);
    expect(isUuid('0193ABCD-0000-7000-8000-000000000000')).toBe(false);
    expect(isUuid('0193abcd00007000-8000-000000000000')).toBe(false);
    expect(isUuid('{0193abcd-0000-7000-8000-000000000000}')).toBe(false);
    expect(isUuid('0193abcd-0000-7000-8000-000000000000\n')).toBe(false);
    expect(isUuid('')).toBe(false);
  });
});

describe('createIdFactory', () => {
  it('makes UUIDs of version 7 that hold the time', () => {
    const id = createIds(0xff).next();
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(timeOf(id)).toBe(noon);
  });

  it('makes ids that sort in the order they were made, also within one millisecond, and more of them than the counter holds', () => {
    for (const byte of [0, 0x7f, 0xff]) {
      const { next } = createIds(byte);
      const made = Array.from({ length: 10_000 }, next);
      expect(made.toSorted()).toEqual(made);
      expect(new Set(made).size).toBe(made.length);
    }
  });

  it('keeps the order when the clock goes back, and follows it again once it has caught up', () => {
    const { clock, next } = createIds();
    const before = next();
    clock.now = noon - 60_000;
    const during = next();
    clock.now = noon + 1;
    const after = next();
    expect([before, during, after].toSorted()).toEqual([before, during, after]);
    expect(timeOf(during)).toBe(noon);
    expect(timeOf(after)).toBe(noon + 1);
  });

  it('keeps the order whatever the clock does', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -5, max: 5 }), { maxLength: 200 }),
        fc.nat(255),
        (steps, byte) => {
          const { clock, next } = createIds(byte);
          const made = steps.map((step) => {
            clock.now += step;
            return next();
          });
          expect(made.toSorted()).toEqual(made);
          expect(new Set(made).size).toBe(made.length);
          expect(made.every(isUuid)).toBe(true);
        },
      ),
    );
  });
});
