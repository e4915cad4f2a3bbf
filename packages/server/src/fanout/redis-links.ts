/**
 * Connections to Redis as the broker wants them, over one server, sentinels or a cluster.
 *
 * - The publisher sends or fails, at once: nothing is queued while it is offline and nothing is sent again. What is published late is worth nothing,
 *   and by default `publish` waits for minutes when the server is down.
 * - The subscriber connects again for ever and asks for every channel anew each time.
 */
import { Cluster, Redis, type RedisOptions } from 'ioredis';
import type { RedisPlace } from '../config/redis-url.js';

export interface RedisLinks {
  /** Rejects when the server does not take it within a second; throws nothing. */
  publish(channel: string, message: Buffer): Promise<unknown>;
  /** Listens on these channels from now on, and says each time it begins to. */
  subscribe(channels: readonly string[], on: { message(message: Buffer): void; listening(): void }): void;
  /** Gives up connections that look well and opens others: a firewall forgets connections without a word to either end. */
  renew(): void;
  close(): void;
}

const commandTimeoutMs = 1000;
const connectTimeoutMs = 3000;
const maxPauseMs = 2000;

/** Opens both connections; that they are not there yet is no error. */
export function openRedisLinks(place: RedisPlace, random: () => number): RedisLinks {
  const pause = createPause(random);
  return place.kind === 'cluster' ? openCluster(place, pause) : openServer(place, pause);
}

export type Pause = (times: number) => number;

/** Between attempts to connect: growing to two seconds, and never the same for all nodes. */
export function createPause(random: () => number): Pause {
  return (times) => Math.min(maxPauseMs, 50 * 2 ** Math.min(times, 10)) * (0.5 + random() / 2);
}

class OfflineError extends Error {
  override readonly name = 'OfflineError';
}

export const offline = new OfflineError('not connected to Redis');

function openServer(place: RedisPlace, pause: Pause): RedisLinks {
  const options = serverOptions(place, pause);
  const publisher = new Redis({ ...options, ...sendOrFail });
  const subscriber = new Redis({ ...options, maxRetriesPerRequest: null, autoResubscribe: false });
  publisher.on('error', ignore);
  subscriber.on('error', ignore);
  return {
    publish: (channel, message) =>
      publisher.status === 'ready' ? publisher.publish(channel, message) : Promise.reject(offline),
    subscribe: (channels, on) => {
      subscriber.on('messageBuffer', (_channel: Buffer, message: Buffer) => on.message(message));
      const listen = (): void => {
        subscriber.subscribe(...channels).then(on.listening, () => subscriber.disconnect(true));
      };
      if (subscriber.status === 'ready') listen();
      subscriber.on('ready', listen);
    },
    renew: () => {
      for (const link of [publisher, subscriber]) if (link.status === 'ready') link.disconnect(true);
    },
    close: () => {
      publisher.disconnect();
      subscriber.disconnect();
    },
  };
}

/** A cluster carries a message to the nodes that hold its channel's slot only: sharded channels, one subscription a slot. */
function openCluster(place: RedisPlace, pause: Pause): RedisLinks {
  const nodes = place.hosts.map(({ host, port }) => ({ host, port }));
  const publisher = new Cluster(nodes, {
    clusterRetryStrategy: pause,
    enableOfflineQueue: false,
    maxRedirections: 2,
    retryDelayOnFailover: 0,
    redisOptions: { ...identity(place), maxRetriesPerRequest: 0, commandTimeout: commandTimeoutMs },
  });
  const subscriber = new Cluster(nodes, {
    clusterRetryStrategy: pause,
    redisOptions: identity(place),
    shardedSubscribers: true,
  });
  publisher.on('error', ignore);
  subscriber.on('error', ignore);
  return {
    publish: (channel, message) =>
      publisher.status === 'ready' ? publisher.spublish(channel, message) : Promise.reject(offline),
    subscribe: (channels, on) => {
      subscriber.on('smessageBuffer', (_channel: Buffer, message: Buffer) => on.message(message));
      const listen = (): void => {
        Promise.all(channels.map((channel) => subscriber.ssubscribe(channel))).then(on.listening, ignore);
      };
      if (subscriber.status === 'ready') listen();
      subscriber.on('ready', listen);
    },
    renew: () => {
      for (const link of [publisher, subscriber]) if (link.status === 'ready') link.disconnect(true);
    },
    close: () => {
      publisher.disconnect();
      subscriber.disconnect();
    },
  };
}

/** A command leaves at once or fails, and is not sent again. */
export const sendOrFail = {
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  autoResendUnfulfilledCommands: false,
  commandTimeout: commandTimeoutMs,
} as const satisfies RedisOptions;

/** For `Redis`: where it is and as who. Sentinels are asked where the server is. */
export function serverOptions(place: RedisPlace, pause: Pause) {
  const [first] = place.hosts;
  const common = { ...identity(place), db: place.database, retryStrategy: pause };
  if (first === undefined) throw new Error('a Redis without a host');
  if (place.masterName === undefined) return { ...common, ...first };
  return {
    ...common,
    sentinels: [...place.hosts],
    name: place.masterName,
    sentinelRetryStrategy: pause,
    enableTLSForSentinelMode: place.isTls,
  };
}

/** As who, for any kind. */
export function identity(place: RedisPlace) {
  return {
    ...(place.username === undefined ? {} : { username: place.username }),
    ...(place.password === undefined ? {} : { password: place.password }),
    ...(place.isTls ? { tls: {} } : {}),
    connectionName: 'parley',
    disableClientInfo: true,
    connectTimeout: connectTimeoutMs,
    keepAlive: 5000,
  };
}

/** A connection that fails is opened again; whether it works is seen by the beat. */
function ignore(): void {}
