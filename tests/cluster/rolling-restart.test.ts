import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { chooseSeed } from '../support/random.js';
import { seconds } from './seconds.js';
import { withRun } from './with-run.js';

/** What the nodes are set to let in. */
const admissionPerSecond = 500;

describe('a rolling restart of three nodes under load', () => {
  it('fails no operation, and brings nobody back faster than nodes let in', async () => {
    const options = {
      name: 'rolling restart',
      nodes: 3,
      hasRedis: true,
      seed: chooseSeed(),
      // A reload in the middle would be a fault of its own.
      reloads: 0,
      hasRealPauses: true,
      env: { PARLEY_DRAIN_MS: '4000' },
    };
    await withRun(options, async ({ run, cluster, judge }) => {
      const greetings = cluster.countUpgrades();
      await run.work(async () => {
        await delay(seconds(3, 0.1) * 1000);
        for (let node = 0; node < cluster.size; node += 1) {
          await cluster.stop(node);
          await cluster.start(node);
          await delay(seconds(2, 0.2) * 1000);
        }
      });
      const { figures, count } = await judge();
      const { total, mostInOneSecond } = greetings();
      console.log(
        `rolling restart: ${total} sockets opened anew, at most ${mostInOneSecond} in one second, ` +
          `${figures.reconnects} connections lost, longest wait for an answer ${figures.latencyMs.max} ms`,
      );
      const passing = ['overloaded', 'unavailable', 'rate_limited'].filter((code) => code in figures.refused);
      expect(passing, 'operations failed').toEqual([]);
      expect(figures.unknown, 'operations without a verdict').toBe(0);
      expect(mostInOneSecond).toBeLessThanOrEqual(admissionPerSecond);
      expect(count('parley_internal_errors_total')).toBe(0);
    });
  });
});
