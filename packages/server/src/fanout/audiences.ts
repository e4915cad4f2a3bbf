import type { ConversationId, UserId } from '@parley/protocol';
import type { Subscriber } from './subscriber.js';

/** The sockets of one conversation. */
export interface Room {
  readonly subscribers: Set<Subscriber>;
  /** Those of them that have it open. */
  readonly viewers: Set<Subscriber>;
  /** Seqs up to which single sockets were told the conversation's head, and want no event. */
  readonly told: Map<Subscriber, number>;
}

const nothing: ReadonlySet<never> = new Set();

/** Who is connected, in which conversations, and what they have open. */
export class Audiences {
  readonly #rooms = new Map<ConversationId, Room>();
  readonly #byUser = new Map<UserId, Set<Subscriber>>();
  readonly #conversationsOf = new Map<Subscriber, Set<ConversationId>>();
  readonly #open = new Map<Subscriber, ReadonlySet<ConversationId>>();

  get size(): number {
    return this.#conversationsOf.size;
  }

  userIds(): IterableIterator<UserId> {
    return this.#byUser.keys();
  }

  subscribersOf(userId: UserId): ReadonlySet<Subscriber> {
    return this.#byUser.get(userId) ?? nothing;
  }

  conversationsOf(subscriber: Subscriber): ReadonlySet<ConversationId> {
    return this.#conversationsOf.get(subscriber) ?? nothing;
  }

  room(conversationId: ConversationId): Room | undefined {
    return this.#rooms.get(conversationId);
  }

  setOpen(subscriber: Subscriber, conversationIds: Iterable<ConversationId>): void {
    const mine = this.#conversationsOf.get(subscriber);
    if (mine === undefined) return;
    const open = new Set(conversationIds);
    for (const conversationId of this.#open.get(subscriber) ?? nothing)
      if (!open.has(conversationId)) this.#rooms.get(conversationId)?.viewers.delete(subscriber);
    for (const conversationId of open)
      if (mine.has(conversationId)) this.#rooms.get(conversationId)?.viewers.add(subscriber);
    this.#open.set(subscriber, open);
  }

  connect(subscriber: Subscriber): void {
    this.#conversationsOf.set(subscriber, new Set());
    const ofUser = this.#byUser.get(subscriber.userId);
    if (ofUser === undefined) this.#byUser.set(subscriber.userId, new Set([subscriber]));
    else ofUser.add(subscriber);
  }

  /** To be called for a subscriber that is in no conversation any more. */
  disconnect(subscriber: Subscriber): void {
    this.#conversationsOf.delete(subscriber);
    this.#open.delete(subscriber);
    const ofUser = this.#byUser.get(subscriber.userId);
    ofUser?.delete(subscriber);
    if (ofUser?.size === 0) this.#byUser.delete(subscriber.userId);
  }

  join(subscriber: Subscriber, conversationId: ConversationId): Room {
    this.#conversationsOf.get(subscriber)?.add(conversationId);
    let room = this.#rooms.get(conversationId);
    if (room === undefined) {
      room = { subscribers: new Set(), viewers: new Set(), told: new Map() };
      this.#rooms.set(conversationId, room);
    }
    room.subscribers.add(subscriber);
    if (this.#open.get(subscriber)?.has(conversationId) === true) room.viewers.add(subscriber);
    return room;
  }

  /** Returns whether the conversation is left without anybody. */
  leave(subscriber: Subscriber, conversationId: ConversationId): boolean {
    this.#conversationsOf.get(subscriber)?.delete(conversationId);
    const room = this.#rooms.get(conversationId);
    room?.subscribers.delete(subscriber);
    room?.viewers.delete(subscriber);
    room?.told.delete(subscriber);
    if (room?.subscribers.size !== 0) return false;
    this.#rooms.delete(conversationId);
    return true;
  }
}
