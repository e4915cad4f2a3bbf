import { createHash, randomBytes } from 'node:crypto';
import { parseRedisUrl } from '../config/redis-url.js';
import type { Cluster } from '../db/cluster.js';
import type { Broker } from '../fanout/broker.js';
import { createMemoryBroker } from '../fanout/broker-memory.js';
import { createRedisBroker } from '../fanout/broker-redis.js';
import { openRedisLinks } from '../fanout/redis-links.js';
import type { NodeMetrics } from '../lib/node-metrics.js';
import type { ResolvedOptions } from '../options.js';

export interface OpenBrokerOptions {
  readonly options: Pick<ResolvedOptions, 'redisUrl' | 'clock'>;
  readonly cluster: Cluster;
  readonly log: {
    info(fields: object, message: string): void;
    error(fields: object, message: string): void;
  };
}

/** The way to other nodes the options name, if they name one. */
export function openBroker({ options, cluster, log }: OpenBrokerOptions, counters: NodeMetrics): Broker {
  const place = options.redisUrl === undefined ? undefined : parseRedisUrl(options.redisUrl);
  if (options.redisUrl !== undefined && place === undefined)
    throw new Error('redisUrl is no address of Redis, such as redis://host:6379');
  if (place === undefined) return createMemoryBroker();
  return createRedisBroker({
    links: openRedisLinks(place, Math.random),
    incarnation: randomBytes(16),
    scope: scopeOf(cluster),
    clock: options.clock,
    counters,
    onHealth: (health) => {
      if (health === 'healthy') log.info({}, 'this node hears others through Redis');
      else log.error({}, 'Redis does not answer: other nodes are heard by polling the database');
    },
  });
}

/** Names the database among all whose nodes may share a Redis. */
export function scopeOf({ systemIdentifier, databaseName, epoch }: Cluster): string {
  return createHash('sha256')
    .update(`${systemIdentifier} ${databaseName} ${epoch}`)
    .digest('hex')
    .slice(0, 12);
}
