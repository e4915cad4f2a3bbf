import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type paceOf, waitOf } from './bucket.js';
import { BucketTable } from './bucket-table.js';

const rules = fc.record({
  limit: fc.integer({ min: 1, max: 1000 }),
  windowSeconds: fc.constantFrom(1, 60, 900, 3600),
  burst: fc.integer({ min: 1, max: 200 }),
});
/** Pauses between attempts, in milliseconds: storms, trickles and silences. */
const pauses = fc.array(
  fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 100_000 })),
  { minLength: 1, maxLength: 300 },
);

function attempt(table: BucketTable, now: number): number {
  const bucket = table.get('key', undefined);
  const taking = { now, cost: 1 };
  const waitMs = waitOf(bucket, table.pace, taking);
  if (waitMs === 0) table.take(bucket, taking);
  return waitMs;
}

const open = (policy: Parameters<typeof paceOf>[0]) =>
  new BucketTable({ name: 'send', policy, capacity: 10, isTold: false });

describe('a bucket', () => {
  it('lets at most its burst and its rate times the time through, in any stretch of time', () => {
    fc.assert(
      fc.property(rules, pauses, (rule, waits) => {
        const table = open(rule);
        const allowed: number[] = [];
        let now = 0;
        for (const wait of waits) {
          now += wait;
          if (attempt(table, now) === 0) allowed.push(now);
        }
        const perMs = rule.limit / (rule.windowSeconds * 1000);
        for (const [first, from] of allowed.entries())
          for (const [last, until] of allowed.entries())
            if (last >= first)
              expect(last - first + 1).toBeLessThanOrEqual(rule.burst + (until - from) * perMs + 0.01);
      }),
      { numRuns: 200 },
    );
  });

  it('never refuses who stays below the rate', () => {
    fc.assert(
      fc.property(rules, fc.array(fc.integer({ min: 0, max: 5000 }), { maxLength: 300 }), (rule, extra) => {
        const table = open(rule);
        const perTokenMs = Math.ceil((rule.windowSeconds * 1000) / rule.limit);
        let now = 0;
        for (const more of extra) {
          expect(attempt(table, now)).toBe(0);
          now += perTokenMs + more;
        }
      }),
    );
  });

  it('lets through what comes again after the wait it named, and not a moment before', () => {
    fc.assert(
      fc.property(rules, pauses, (rule, waits) => {
        const table = open(rule);
        let now = 0;
        for (const wait of waits) {
          now += wait;
          const waitMs = attempt(table, now);
          if (waitMs < 1) continue;
          expect(attempt(table, now + waitMs - 1)).toBeGreaterThan(0);
          now += waitMs;
          expect(attempt(table, now)).toBe(0);
        }
      }),
    );
  });
});
