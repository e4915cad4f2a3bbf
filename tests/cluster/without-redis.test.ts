import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { chooseSeed } from '../support/random.js';
import { seconds } from './seconds.js';
import { withRun } from './with-run.js';

describe('three nodes without Redis', () => {
  it('lose, double and reorder nothing, also while another database of the cluster holds a transaction and a node stands still', async () => {
    const options = { name: 'without Redis', nodes: 3, hasRedis: false, seed: chooseSeed() };
    await withRun(options, async ({ run, cluster, judge }) => {
      let toldMeanwhile = 0;
      await run.work(async () => {
        const release = await holdTransaction();
        try {
          const before = run.told;
          await delay(seconds(20, 5 / 6) * 1000);
          toldMeanwhile = run.told - before;
        } finally {
          await release();
        }
        // A balancer that looks at its nodes has left it out by then; who is connected there stays.
        cluster.leaveOut(2);
        cluster.freeze(2);
        await delay(seconds(8, 0.1) * 1000);
        cluster.thaw(2);
        cluster.include(2);
        await delay(4000);
      });
      const { count } = await judge();
      expect(toldMeanwhile, 'nobody was told anything while the transaction was held').toBeGreaterThan(1000);
      expect(count('parley_gaps_healed_total', 'poll'), 'nothing came by the poll').toBeGreaterThan(0);
      expect(count('parley_broker_published_total')).toBe(0);
      expect(count('parley_internal_errors_total'), cluster.output()).toBe(0);
    });
  });
});

/** A transaction that has written and stays open in another database of the same server, so that no snapshot sees past it. Gives its end. */
async function holdTransaction(): Promise<() => Promise<void>> {
  const client = new pg.Client({ connectionString: process.env['PARLEY_TEST_DATABASE_URL'] });
  await client.connect();
  await client.query('create table if not exists held_by_a_test (id int)');
  await client.query('begin');
  await client.query('insert into held_by_a_test values (1)');
  return async () => {
    await client.query('rollback');
    await client.query('drop table held_by_a_test');
    await client.end();
  };
}
