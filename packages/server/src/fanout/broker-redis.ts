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
  /** Names the database the nodes share: others on the same Redis, a copy of it among them, are not heard. */
  readonly scope: string;
  readonly clock: Clock;
  readonly counters: { published(): void; publishFailed(): void; received(): void };
  /** Told when it begins or ceases to hear itself. */
  readonly onHealth: (health: Exclude<BrokerHealth, 'none'>) => void;
}

const buckets = 256;
const beatMs = 1000;
const silenceMs = 3000;
const renewMs = 5000;

export function createRedisBroker(options: RedisBrokerOptions): Broker {
  const { links, incarnation, clock, counters } = options;
  const channels = new Channels(options.scope);
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
    links.publish(channels.beat, encodeBeat(incarnation)).catch(() => {});
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
    handOn(message, listener);
  };
  const stopBeat = clock.every(beatMs, beat);
  return {
    get health() {
      return health;
    },
    publish: (publication) =>
      send(channels.events(publication.conversationId), encodePublication(incarnation, publication)),
    publishSignal: (signal) =>
      send(channels.signals(signal.signal.conversationId), encodeSignal(incarnation, signal)),
    touch: (userIds) => send(channels.touched, encodeTouched(incarnation, userIds)),
    publishPeople: (message) => send(channels.people, encodePeople(incarnation, message)),
    subscribe: (listener) => {
      links.subscribe(channels.all(), {
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

function handOn(
  message: Exclude<NonNullable<ReturnType<typeof decodeFrame>>, { kind: 'beat' }>,
  listener: BrokerListener,
): void {
  if (message.kind === 'publication') listener.onPublication(message.publication);
  else if (message.kind === 'signal') listener.onSignal(message.signal);
  else if (message.kind === 'people') listener.onPeople(message.from, message.message);
  else listener.onTouched(message.userIds);
}

/** The channels of one scope. What stands in braces decides a channel's place in a cluster. */
class Channels {
  readonly touched: string;
  readonly people: string;
  readonly beat: string;
  readonly #scope: string;

  constructor(scope: string) {
    this.#scope = scope;
    this.touched = `{parley:${scope}:touched}`;
    this.people = `{parley:${scope}:people}`;
    this.beat = `{parley:${scope}:beat}`;
  }

  events(conversationId: ConversationId): string {
    return this.#bucket(idHash(conversationId) % buckets);
  }

  signals(conversationId: ConversationId | null): string {
    return `${this.#bucket(idHash(conversationId ?? '') % buckets)}:s`;
  }

  all(): string[] {
    const ofBuckets = Array.from({ length: buckets }, (_, index) => {
      const bucket = this.#bucket(index);
      return [bucket, `${bucket}:s`];
    });
    return [...ofBuckets.flat(), this.touched, this.people, this.beat];
  }

  #bucket(index: number): string {
    return `{parley:${this.#scope}:${index}}`;
  }
}
