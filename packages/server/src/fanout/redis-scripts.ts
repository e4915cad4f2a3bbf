import { Cluster, Redis } from 'ioredis';
import type { RedisPlace } from '../config/redis-url.js';
import { createPause, identity, offline, sendOrFail, serverOptions } from './redis-links.js';

/** Runs scripts on Redis. */
export interface RedisScripts {
  /** The script's answer. Rejects at once without a connection, and when there is no answer within 300 ms: somebody waits for it. */
  evaluate(script: string, keys: readonly string[], values: readonly string[]): Promise<unknown>;
  close(): void;
}

const answerWithinMs = 300;

/** A connection of its own, so that what is published never waits behind a script. That it is not there yet is no error. */
export function openRedisScripts(place: RedisPlace, random: () => number): RedisScripts {
  const pause = createPause(random);
  const link =
    place.kind === 'cluster'
      ? new Cluster(
          place.hosts.map(({ host, port }) => ({ host, port })),
          {
            clusterRetryStrategy: pause,
            enableOfflineQueue: false,
            maxRedirections: 2,
            retryDelayOnFailover: 0,
            redisOptions: { ...identity(place), maxRetriesPerRequest: 0, commandTimeout: answerWithinMs },
          },
        )
      : new Redis({ ...serverOptions(place, pause), ...sendOrFail, commandTimeout: answerWithinMs });
  // A connection that fails is opened again; whether it works is seen by whoever asks.
  link.on('error', () => {});
  return {
    evaluate: (script, keys, values) =>
      link.status === 'ready' ? link.eval(script, keys.length, ...keys, ...values) : Promise.reject(offline),
    close: () => link.disconnect(),
  };
}
