import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { chooseSeed } from '../support/random.js';
import { seconds } from './seconds.js';
import { withRun } from './with-run.js';

describe('three nodes of which one after the other is killed', () => {
  it('lose, double and reorder nothing; everybody comes back over the others', async () => {
    const options = { name: 'nodes killed', nodes: 3, hasRedis: true, seed: chooseSeed() };
    await withRun(options, async ({ run, cluster, judge }) => {
      await run.work(async () => {
        for (let node = 0; node < cluster.size; node += 1) {
          await delay(seconds(2, 0.2) * 1000);
          await cluster.kill9(node);
          await delay(seconds(1, 0.1) * 1000);
          await cluster.start(node);
        }
        await delay(seconds(2, 0.1) * 1000);
      });
      const { figures } = await judge();
      expect(figures.reconnects, 'nobody lost a connection, so nothing was tried').toBeGreaterThan(20);
    });
  });
});
