import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { chooseSeed } from '../support/random.js';
import { seconds } from './seconds.js';
import { withRun } from './with-run.js';

describe('three nodes and a Redis that is killed for ten seconds and comes back empty', () => {
  it('lose, double and reorder nothing; what was missed is healed from the log', async () => {
    const options = { name: 'Redis killed', nodes: 3, hasRedis: true, seed: chooseSeed() };
    await withRun(options, async ({ run, cluster, judge }) => {
      const calm = seconds(8);
      await run.work(async () => {
        await delay(calm * 1000);
        await cluster.redis?.kill9();
        await delay(10_000);
        await cluster.redis?.restart();
        await delay(calm * 1000);
      });
      const { count } = await judge();
      expect(count('parley_gaps_total'), 'no node saw a hole, so nothing was tried').toBeGreaterThan(0);
      expect(count('parley_gaps_healed_total', 'poll'), 'nothing was healed by the poll').toBeGreaterThan(0);
      expect(count('parley_pulls_total')).toBeGreaterThan(0);
      expect(count('parley_broker_received_total'), 'the nodes never heard each other').toBeGreaterThan(0);
      expect(count('parley_internal_errors_total')).toBe(0);
    });
  });
});
