/**
 * The broker of several nodes, over Redis.
 *
 * - Conversations are spread over 256 buckets by a hash of their id; a bucket's hash tag keeps its channels in one slot of a cluster.
 * - One publish a publication. It is never awaited; that it failed is counted, and the log heals it.
 * - Every second the node publishes that it lives and must hear itself within three: a connection may look well and carry nothing. After five
 *   more of silence the connections are given up for new ones.
 * - What this process published comes back and is dropped by its incarnation.
 */
import { type ConversationId, idHash } from '@parley/protocol';
import type { Clock } from '../lib/clock.js';
import type { Broker, BrokerHealth, BrokerListener } from './broker.js';
import {
  decodeFrame,
  encodeBeat,
  encodePeople,
  encodePublication,
  encodeSignal,
  encodeTouched,
  isOwnFrame,
} from './redis-frame.js';
import type { RedisLinks } from './redis-links.js';

export interface RedisBrokerOptions {
  readonly links: RedisLinks;
  /** Sixteen random bytes that name this process. */
  readonly incarnation: Buffer;
  readonly clock: Clock;
  readonly counters: { published(): void; publishFailed(): void; received(): void };
  /** Told when it begins or ceases to hear itself. */
  readonly onHealth: (health: Exclude<BrokerHealth, 'none'>) => void;
}

const buckets = 256;
const touchedChannel = '{parley:touched}';
const peopleChannel = '{parley:people}';
const beatChannel = '{parley:beat}';
const beatMs = 1000;
const silenceMs = 3000;
const renewMs = 5000;

export function createRedisBroker(options: RedisBrokerOptions): Broker {
  const { links, incarnation, clock, counters } = options;
  // Unwell until it has heard itself: the log is polled faster for a moment, and nothing is missed while Redis cannot be reached.
  let health: Exclude<BrokerHealth, 'none'> = 'unwell';
  let heardAt = Number.NEGATIVE_INFINITY;
  const judge = (): void => {
    const now = clock.now() - heardAt <= silenceMs ? 'healthy' : 'unwell';
    if (now === health) return;
    health = now;
    options.onHealth(now);
  };
  const send = (channel: string, frame: Buffer): void => {
    counters.published();
    links.publish(channel, frame).catch(counters.publishFailed);
  };
  let renewedAt = clock.now();
  const beat = (): void => {
    judge();
    if (health === 'healthy') renewedAt = clock.now();
    else if (clock.now() - renewedAt >= renewMs) {
      renewedAt = clock.now();
      links.renew();
    }
    // Uncounted: its failure shows as silence.
    links.publish(beatChannel, encodeBeat(incarnation)).catch(() => {});
  };
  const hear = (frame: Buffer, listener: BrokerListener): void => {
    if (isOwnFrame(incarnation, frame)) {
      // Whatever comes back shows that both ways are open.
      heardAt = clock.now();
      if (health === 'unwell') judge();
      return;
    }
    const message = decodeFrame(frame);
    if (message === undefined || message.kind === 'beat') return;
    counters.received();
    if (message.kind === 'publication') listener.onPublication(message.publication);
    else if (message.kind === 'signal') listener.onSignal(message.signal);
    else if (message.kind === 'people') listener.onPeople(message.from, message.message);
    else listener.onTouched(message.userIds);
  };
  const stopBeat = clock.every(beatMs, beat);
  return {
    get health() {
      return health;
    },
    publish: (publication) =>
      send(bucketOf(publication.conversationId), encodePublication(incarnation, publication)),
    publishSignal: (signal) =>
      send(`${bucketOf(signal.signal.conversationId)}:s`, encodeSignal(incarnation, signal)),
    touch: (userIds) => send(touchedChannel, encodeTouched(incarnation, userIds)),
    publishPeople: (message) => send(peopleChannel, encodePeople(incarnation, message)),
    subscribe: (listener) => {
      links.subscribe(channels(), {
        message: (frame) => hear(frame, listener),
        listening: () => {
          beat();
          listener.onReconnect();
        },
      });
    },
    close: async () => {
      stopBeat();
      links.close();
    },
  };
}

function bucketOf(conversationId: ConversationId | null): string {
  return `{parley:${idHash(conversationId ?? '') % buckets}}`;
}

function channels(): string[] {
  const ofBuckets = Array.from({ length: buckets }, (_, index) => [
    `{parley:${index}}`,
    `{parley:${index}}:s`,
  ]);
  return [...ofBuckets.flat(), touchedChannel, peopleChannel, beatChannel];
}
