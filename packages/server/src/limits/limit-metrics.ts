import { Counter, type Registry } from 'prom-client';
import { type RateLimitName, rateLimitDefaults } from '../config/rate-limits.js';

/** Counts what rules refused. Registers its counters; once a registry. */
export function createLimitMetrics(registry: Registry) {
  const registers = [registry];
  const limited = new Counter({
    name: 'parley_rate_limited_total',
    help: 'Calls, requests, sockets and frames refused because they came too often, by rule.',
    labelNames: ['rule'],
    registers,
  });
  for (const rule of Object.keys(rateLimitDefaults)) limited.inc({ rule }, 0);
  const unshared = new Counter({
    name: 'parley_rate_limits_unshared_total',
    help: 'Times Redis did not answer and the buckets of this node decided alone.',
    registers,
  });
  return {
    onLimited: (rule: RateLimitName) => limited.inc({ rule }),
    onUnshared: () => unshared.inc(),
  };
}
