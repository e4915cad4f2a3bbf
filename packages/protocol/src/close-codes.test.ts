import { describe, expect, it } from 'vitest';
import { type CloseName, closeCodes, closeName } from './close-codes.js';

const rows = Object.entries(closeCodes) as [CloseName, (typeof closeCodes)[CloseName]][];

describe('the close codes', () => {
  it.each(rows)('%s has a code of the private range and is found by it', (name, { code }) => {
    expect(code).toBeGreaterThanOrEqual(4000);
    expect(code).toBeLessThan(5000);
    expect(closeName(code)).toBe(name);
  });

  it('are distinct', () => {
    expect(new Set(rows.map(([, { code }]) => code)).size).toBe(rows.length);
  });

  it('come back by themselves below 4500 and never from there on, but for a socket that was replaced', () => {
    for (const [name, { code, reconnect }] of rows) {
      const expected = name === 'replaced' ? 'focus' : code < 4500 ? 'backoff' : 'never';
      expect([name, reconnect]).toEqual([name, expected]);
    }
  });

  it.each([1000, 1001, 1006, 1009, 4999])('leave %i to the WebSocket protocol', (code) => {
    expect(closeName(code)).toBeUndefined();
  });
});
