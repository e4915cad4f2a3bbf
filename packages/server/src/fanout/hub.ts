/**
 * Who is connected to this node and what they get.
 *
 * - A publication is encoded once, all its events in one buffer, and the same bytes are written to every socket.
 * - Joins take effect before the publication is delivered, leaves after it: who was removed learns that, and nothing later.
 * - A connection that is still reading its heads records what is published meanwhile, whatever conversation it belongs to, and is admitted with
 *   what it missed. So the reading needs one query and there is no moment between reading and subscribing in which an event could fall.
 */
import type { ConversationId, EventFrame, UserId } from '@parley/protocol';
import type { Publication } from './broker.js';
import { encodeTextFrame } from './text-frame.js';

/** The hub's view of a socket. */
export interface Subscriber {
  readonly userId: UserId;
  /** Writes bytes of whole frames. Never throws; may drop, in which case it marks itself. */
  write(frames: Buffer): void;
}

interface Encoded {
  readonly publication: Publication;
  readonly frames: Buffer;
}

/** What was published while a connection read its heads. */
export interface Recording {
  /** Subscribes to the conversations whose heads were read, writes what came after each head, and ends the recording. */
  admit(subscriber: Subscriber, heads: ReadonlyMap<ConversationId, number>): void;
  /** Ends the recording of a connection that went away before. */
  discard(): void;
}

export class Hub {
  readonly #byConversation = new Map<ConversationId, Set<Subscriber>>();
  readonly #byUser = new Map<UserId, Set<Subscriber>>();
  readonly #conversationsOf = new Map<Subscriber, Set<ConversationId>>();
  readonly #recordings = new Set<Encoded[]>();

  /** Number of connected sockets. */
  get size(): number {
    return this.#conversationsOf.size;
  }

  /** Delivers a publication to whoever is connected here. Returns how many sockets it was written to. */
  deliver(publication: Publication): number {
    for (const userId of publication.joins ?? [])
      for (const subscriber of this.#byUser.get(userId) ?? [])
        this.#join(subscriber, publication.conversationId);
    const audience = this.#byConversation.get(publication.conversationId);
    if (audience === undefined && this.#recordings.size === 0) return 0;
    const frames = encode(publication);
    for (const recording of this.#recordings) recording.push({ publication, frames });
    for (const subscriber of audience ?? []) subscriber.write(frames);
    const delivered = audience?.size ?? 0;
    for (const userId of publication.leaves ?? [])
      for (const subscriber of this.#byUser.get(userId) ?? [])
        this.#leave(subscriber, publication.conversationId);
    return delivered;
  }

  /** Begins to record for a connection; call it before reading its heads. */
  record(): Recording {
    const recorded: Encoded[] = [];
    this.#recordings.add(recorded);
    return {
      admit: (subscriber, heads) => {
        this.#recordings.delete(recorded);
        this.#connect(subscriber, heads.keys());
        for (const encoded of recorded) this.#replay(subscriber, heads, encoded);
      },
      discard: () => {
        this.#recordings.delete(recorded);
      },
    };
  }

  /** Forgets a connection. */
  disconnect(subscriber: Subscriber): void {
    for (const conversationId of this.#conversationsOf.get(subscriber) ?? [])
      this.#leave(subscriber, conversationId);
    this.#conversationsOf.delete(subscriber);
    const ofUser = this.#byUser.get(subscriber.userId);
    ofUser?.delete(subscriber);
    if (ofUser?.size === 0) this.#byUser.delete(subscriber.userId);
  }

  #connect(subscriber: Subscriber, conversationIds: Iterable<ConversationId>): void {
    this.#conversationsOf.set(subscriber, new Set());
    add(this.#byUser, subscriber.userId, subscriber);
    for (const conversationId of conversationIds) this.#join(subscriber, conversationId);
  }

  #replay(
    subscriber: Subscriber,
    heads: ReadonlyMap<ConversationId, number>,
    { publication, frames }: Encoded,
  ): void {
    const { conversationId, events } = publication;
    const last = events[events.length - 1]?.seq ?? 0;
    if (last <= (heads.get(conversationId) ?? 0)) return;
    if (publication.joins?.includes(subscriber.userId) === true) this.#join(subscriber, conversationId);
    if (this.#conversationsOf.get(subscriber)?.has(conversationId) !== true) return;
    subscriber.write(frames);
    if (publication.leaves?.includes(subscriber.userId) === true) this.#leave(subscriber, conversationId);
  }

  #join(subscriber: Subscriber, conversationId: ConversationId): void {
    this.#conversationsOf.get(subscriber)?.add(conversationId);
    add(this.#byConversation, conversationId, subscriber);
  }

  #leave(subscriber: Subscriber, conversationId: ConversationId): void {
    this.#conversationsOf.get(subscriber)?.delete(conversationId);
    const audience = this.#byConversation.get(conversationId);
    audience?.delete(subscriber);
    if (audience?.size === 0) this.#byConversation.delete(conversationId);
  }
}

function encode(publication: Publication): Buffer {
  const frames = publication.events.map((event) => {
    const frame: EventFrame = { type: 'event', event };
    return encodeTextFrame(JSON.stringify(frame));
  });
  const [only] = frames;
  return frames.length === 1 && only !== undefined ? only : Buffer.concat(frames);
}

function add<Key, Value>(map: Map<Key, Set<Value>>, key: Key, value: Value): void {
  const existing = map.get(key);
  if (existing === undefined) map.set(key, new Set([value]));
  else existing.add(value);
}
