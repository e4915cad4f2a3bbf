import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkHistory } from './check-history.js';
import { mutations } from './mutations.js';
import { validHistory } from './valid-history.js';

describe('the history checker, on histories made at random', () => {
  it('approves all in which every promise was kept', () => {
    fc.assert(
      fc.property(validHistory, (history) => {
        expect(checkHistory(history)).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it.each(Object.entries(mutations))('finds out when %s', (_name, { apply, finds }) => {
    let broken = 0;
    fc.assert(
      fc.property(validHistory, fc.nat(), (history, choice) => {
        const mutated = apply(history, (items) => items[choice % items.length]);
        fc.pre(mutated !== undefined);
        broken += 1;
        expect(finds).toContain(
          checkHistory(mutated ?? history).find(({ kind }) => finds.includes(kind))?.kind,
        );
      }),
      { numRuns: 200, maxSkipsPerRun: 1000 },
    );
    expect(broken).toBeGreaterThanOrEqual(200);
  });
});
