import { Counter, Gauge, type Registry } from 'prom-client';
import type { DrainMetrics } from './drain.js';

/** Counters of what was written inside transactions, and how much of it waits. Registers them; once a registry. */
export function createDrainMetrics(registry: Registry, countWaiting: () => Promise<number>): DrainMetrics {
  const registers = [registry];
  const drained = new Counter({
    name: 'parley_pending_drained_total',
    help: "Operations written inside an app's transaction that were carried out by this node.",
    registers,
  });
  const refused = new Counter({
    name: 'parley_pending_refused_total',
    help: "Operations written inside an app's transaction that were refused when this node carried them out.",
    registers,
  });
  new Gauge({
    name: 'parley_pending_waiting',
    help: "Operations written inside an app's transaction that wait, on all nodes. Without the database the last number known.",
    registers,
    async collect() {
      // The page of metrics is wanted most while the database is away.
      const count = await countWaiting().catch(() => undefined);
      if (count !== undefined) this.set(count);
    },
  });
  return { drained: (count) => drained.inc(count), refused: (count) => refused.inc(count) };
}
