import { describe, expect, it } from 'vitest';
import { TypingGate } from './typing-gate.js';

describe('TypingGate', () => {
  it('passes one start every three seconds', () => {
    const { gate, at } = setUp();
    expect([0, 500, 1900, 3000, 4000, 6000].map((ms) => at(ms, () => gate.pass('ann', true)))).toEqual([
      true,
      false,
      false,
      true,
      false,
      true,
    ]);
  });

  it('passes those of a client whose three seconds waver', () => {
    const { gate, at } = setUp();
    for (const ms of [0, 2900, 6100, 8950, 12_000]) expect(at(ms, () => gate.pass('ann', true))).toBe(true);
  });

  it('passes no more than ten in thirty seconds to who calls all the time', () => {
    const { gate, at } = setUp();
    let passed = 0;
    for (let ms = 0; ms < 30_000; ms += 50) if (at(ms, () => gate.pass('ann', true))) passed += 1;
    expect(passed).toBeLessThanOrEqual(11);
    expect(passed).toBeGreaterThanOrEqual(10);
  });

  it('passes a stop at once, and only after a start', () => {
    const { gate, at } = setUp();
    expect(gate.pass('ann', false)).toBe(false);
    expect(gate.pass('ann', true)).toBe(true);
    expect(at(100, () => gate.pass('ann', false))).toBe(true);
    expect(at(200, () => gate.pass('ann', false))).toBe(false);
    expect(at(300, () => gate.pass('ann', true))).toBe(false);
    expect(at(3000, () => gate.pass('ann', true))).toBe(true);
  });

  it('knows people apart, and forgets who stopped saying anything', () => {
    const { gate, at } = setUp();
    expect([gate.pass('ann', true), gate.pass('bob', true)]).toEqual([true, true]);
    at(6000, () => gate.pass('cid', true));
    expect(gate.size).toBe(1);
  });
});

function setUp() {
  let now = 0;
  const gate = new TypingGate({ now: () => now });
  const at = <T>(ms: number, act: () => T): T => {
    now = ms;
    return act();
  };
  return { gate, at };
}
