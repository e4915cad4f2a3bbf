import type { Registry } from 'prom-client';
import { resolveRateLimits } from '../config/rate-limits.js';
import { parseRedisUrl } from '../config/redis-url.js';
import { openRedisScripts } from '../fanout/redis-scripts.js';
import { createLimitMetrics } from '../limits/limit-metrics.js';
import { createLimiter, type Limiter } from '../limits/limiter.js';
import { createSharedCounts } from '../limits/shared-counts.js';
import type { ResolvedOptions } from '../options.js';

export interface OpenLimitsOptions {
  readonly options: Pick<ResolvedOptions, 'limits' | 'isLoopback' | 'redisUrl' | 'clock'>;
  /** Names the database the nodes share. */
  readonly scope: string;
  readonly metrics: Registry;
}

/** The rules of how often, over all nodes where the options name a Redis. Throws for rules that make no sense. */
export function openLimits({ options, scope, metrics }: OpenLimitsOptions): Limiter {
  const rules = resolveRateLimits(options.limits, options.isLoopback);
  const place = options.redisUrl === undefined ? undefined : parseRedisUrl(options.redisUrl);
  const needsRedis = place !== undefined && Object.keys(rules).length > 0;
  return createLimiter({
    rules,
    clock: options.clock,
    shared: needsRedis ? createSharedCounts(openRedisScripts(place, Math.random), scope) : undefined,
    ...createLimitMetrics(metrics),
  });
}
