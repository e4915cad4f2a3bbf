import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { createDrainMetrics } from './drain-metrics.js';

it('counts what was carried out and refused, and keeps the last number of what waits while the database is away', async () => {
  const registry = new Registry();
  let count = (): Promise<number> => Promise.resolve(7);
  const metrics = createDrainMetrics(registry, () => count());
  metrics.drained(3);
  metrics.refused(1);
  const values = async () =>
    (await registry.metrics()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const expected = [
    'parley_pending_drained_total 3',
    'parley_pending_refused_total 1',
    'parley_pending_waiting 7',
  ];
  expect(await values()).toEqual(expected);
  count = () => Promise.reject(new Error('the database is away'));
  expect(await values()).toEqual(expected);
});
