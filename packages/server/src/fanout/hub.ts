/**
 * Who is connected to this node and what they get.
 *
 * - A publication is encoded once, all its events in one buffer, and the same bytes are written to every socket.
 * - The feed puts every conversation in order; one is tracked exactly while somebody here is in it.
 * - Joins take effect before the publication is delivered, leaves after it: who was removed learns that, and nothing later.
 * - A connection that is still reading its heads records what is published meanwhile, whatever conversation it belongs to, and is admitted with
 *   what it missed. So the reading needs one query and there is no moment between reading and subscribing in which an event could fall.
 * - Of a busy conversation only those who have it open get events, and whoever is brought in by one; the others get a head a second, and who is removed
 *   is told so at once. What is owed is told before somebody gets events again: see busy-conversations.ts.
 * - What is about messages that some members may not see is told to nobody as it is: all are told the head.
 * - Where a socket cannot be given what lies between its head and the conversation's, it is told the conversation's: it reads the rest itself.
 */
import type {
  ChatSignal,
  ConversationId,
  EventFrame,
  Head,
  SessionId,
  SignalFrame,
  UserId,
} from '@parley/protocol';
import { type Clock, systemClock } from '../lib/clock.js';
import { Audiences } from './audiences.js';
import type { Publication, RemotePublication, RemoteSignal, SignalPublication } from './broker.js';
import { BusyConversations } from './busy-conversations.js';
import { Feed, type FeedCounters, firstSeq, lastSeq, type Pull } from './feed.js';
import type { Subscriber } from './subscriber.js';
import { encodeTextFrame } from './text-frame.js';

/** What was published while a connection read its heads. */
export interface Recording {
  /** Subscribes to the conversations whose heads were read, writes what came after each head, and ends the recording. */
  admit(subscriber: Subscriber, heads: ReadonlyMap<ConversationId, number>): void;
  /** Brings somebody who is connected in line with what was read; the recording goes on. What the log said meanwhile counts more. */
  reconcile(subscriber: Subscriber, standings: readonly Standing[]): void;
  /** Ends the recording. */
  discard(): void;
}

/** A publication that came during a recording; without a body where only its header came. */
interface Recorded {
  readonly conversationId: ConversationId;
  /** Seq of its last event. */
  readonly to: number;
  readonly publication?: Publication;
}

/** Whether somebody is in a conversation, and how far it went when that was read. */
export interface Standing {
  readonly conversationId: ConversationId;
  readonly head: number;
  readonly isMember: boolean;
}

/** What is worth counting. */
export interface HubCounters extends FeedCounters {
  /** Events that were written, times sockets. */
  delivered(count: number): void;
  /** Another node's publication was of no interest to anybody here. */
  passedBy(): void;
}

export interface HubOptions {
  /** Reads what is missing. @default there is nothing to read */
  readonly pull?: Pull;
  readonly clock?: Clock;
  readonly counters?: HubCounters;
  readonly random?: () => number;
}

export class Hub {
  readonly #audiences = new Audiences();
  readonly #recordings = new Set<Recorded[]>();
  readonly #counters: HubCounters;
  readonly #feed: Feed;
  readonly #busy: BusyConversations;

  constructor(options: HubOptions = {}) {
    const clock = options.clock ?? systemClock;
    this.#counters = options.counters ?? uncounted;
    this.#feed = new Feed({
      pull: options.pull ?? nothingToRead,
      release: (publication) => this.#release(publication),
      clock,
      counters: this.#counters,
      random: options.random ?? Math.random,
    });
    this.#busy = new BusyConversations(clock, this.#audiences);
  }

  /** Conversations whose events go to those only who have them open. */
  get busyConversations(): number {
    return this.#busy.size;
  }

  /** Number of connected sockets. */
  get size(): number {
    return this.#audiences.size;
  }

  /** Takes what this node committed. */
  deliver(publication: Publication): void {
    if (!this.#feed.offer(publication)) this.#takeUntracked(publication);
  }

  /** Takes what another node committed; reads its body only when somebody here wants it. */
  receive(remote: RemotePublication): void {
    const { conversationId, to } = remote;
    const last = this.#feed.lastOf(conversationId);
    if (last === undefined && !remote.hasJoins && this.#recordings.size === 0)
      return this.#counters.passedBy();
    if (last !== undefined && to <= last) return this.#counters.late();
    const publication = remote.read();
    if (publication !== undefined) this.deliver(publication);
    else if (last !== undefined) this.#feed.expect(conversationId, to, true);
    else for (const recording of this.#recordings) recording.push({ conversationId, to });
  }

  /** Told by the log that a conversation goes at least so far. */
  expect(conversationId: ConversationId, head: number): void {
    this.#feed.expect(conversationId, head);
  }

  /** Writes a signal to whoever is to have it. */
  deliverSignal({ signal, to, except }: SignalPublication): void {
    const excepted = typeof except === 'object' ? except : [except];
    let frames: Buffer | undefined;
    for (const subscriber of this.#audienceOf(signal, to)) {
      if (excepted.includes(subscriber.userId)) continue;
      frames ??= encodeSignal(signal);
      subscriber.writeSignal(frames);
    }
  }

  /** Takes another node's signal; reads its body only when somebody here is in its conversation. */
  receiveSignal(remote: RemoteSignal): void {
    if (remote.conversationId !== null && this.#audiences.room(remote.conversationId) === undefined) return;
    const signal = remote.read();
    if (signal !== undefined) this.deliverSignal(signal);
  }

  /** Begins to record; call it before reading heads. */
  record(): Recording {
    const recorded: Recorded[] = [];
    this.#recordings.add(recorded);
    return {
      admit: (subscriber, heads) => {
        this.#recordings.delete(recorded);
        this.#audiences.connect(subscriber);
        this.#replay(subscriber, heads, recorded);
      },
      reconcile: (subscriber, standings) => this.#reconcile(subscriber, standings, recorded),
      discard: () => {
        this.#recordings.delete(recorded);
      },
    };
  }

  /** Forgets a connection. */
  disconnect(subscriber: Subscriber): void {
    for (const conversationId of [...this.#audiences.conversationsOf(subscriber)])
      this.#leave(subscriber, conversationId);
    this.#audiences.disconnect(subscriber);
  }

  /** Closes the sockets of a person, or of one of their sessions, because what let them in is over. */
  revoke(userId: UserId, sessionId?: SessionId): void {
    for (const subscriber of [...this.#audiences.subscribersOf(userId)])
      if (sessionId === undefined || subscriber.sessionId === sessionId) {
        this.disconnect(subscriber);
        subscriber.close('session_revoked');
      }
  }

  /** Replaces the conversations a socket has open. What it is owed of them is told first. */
  setOpen(subscriber: Subscriber, conversationIds: Iterable<ConversationId>): void {
    const open = new Set(conversationIds);
    this.#busy.tellOwed(subscriber, open);
    this.#audiences.setOpen(subscriber, open);
  }

  /** Whether events were left out for a socket whose head it has still to be told. */
  owesHead(subscriber: Subscriber): boolean {
    return this.#busy.owesHead(subscriber);
  }

  /** Digest of the heads of a socket's conversations; see `headsDigest`. */
  digest(subscriber: Subscriber): number {
    let digest = 0;
    for (const conversationId of this.#audiences.conversationsOf(subscriber))
      digest = (digest + this.#feed.digestOf(conversationId)) | 0;
    return digest >>> 0;
  }

  /** How far a conversation was delivered; undefined when the socket is not in it. */
  headOf(subscriber: Subscriber, conversationId: ConversationId): number | undefined {
    const isIn = this.#audiences.conversationsOf(subscriber).has(conversationId);
    return isIn ? this.#feed.lastOf(conversationId) : undefined;
  }

  /** The sockets of a person, oldest first. */
  subscribersOf(userId: UserId): ReadonlySet<Subscriber> {
    return this.#audiences.subscribersOf(userId);
  }

  /** The people who are connected. */
  userIds(): IterableIterator<UserId> {
    return this.#audiences.userIds();
  }

  /** The conversations somebody here is in. */
  conversationIds(): IterableIterator<ConversationId> {
    return this.#feed.conversationIds();
  }

  /** Stops waiting for anything. */
  close(): void {
    this.#feed.close();
    this.#busy.close();
  }

  #release(publication: Publication): void {
    const { conversationId, events, joins = [], leaves = [] } = publication;
    for (const userId of joins)
      for (const subscriber of this.#audiences.subscribersOf(userId))
        this.#audiences.join(subscriber, conversationId);
    const room = this.#audiences.room(conversationId);
    if (room === undefined) return;
    const frames = encode(publication);
    for (const recording of this.#recordings)
      recording.push({ conversationId, to: lastSeq(publication), publication });
    const audience = this.#busy.audienceOf(publication, room);
    for (const subscriber of audience) {
      if (room.told.size > 0 && isTold(room.told, subscriber, publication)) continue;
      if (publication.isWithheld === true) subscriber.writeHeads([[conversationId, lastSeq(publication)]]);
      else subscriber.writeEvents(conversationId, frames);
    }
    this.#counters.delivered(audience.size * events.length);
    const leavers = ends(publication)
      ? [...room.subscribers]
      : leaves.flatMap((userId) => [...this.#audiences.subscribersOf(userId)]);
    for (const subscriber of leavers) {
      if (!audience.has(subscriber) && room.subscribers.has(subscriber))
        subscriber.writeHeads([[conversationId, -1]]);
      this.#leave(subscriber, conversationId);
    }
  }

  /** Nobody here is in the conversation; somebody may be after this publication, or be on the way in. */
  #takeUntracked(publication: Publication): void {
    const { conversationId, joins = [] } = publication;
    if (joins.some((userId) => this.#audiences.subscribersOf(userId).size > 0)) {
      this.#feed.track(conversationId, firstSeq(publication) - 1);
      this.#feed.offer(publication);
      return;
    }
    for (const recording of this.#recordings)
      recording.push({ conversationId, to: lastSeq(publication), publication });
  }

  /** Puts a socket into a conversation whose head it knows. Returns whether somebody else was there already. */
  #enter(subscriber: Subscriber, conversationId: ConversationId, head: number): boolean {
    const last = this.#feed.lastOf(conversationId);
    this.#feed.track(conversationId, head);
    const { told } = this.#audiences.join(subscriber, conversationId);
    if (last !== undefined && last < head) told.set(subscriber, head);
    return last !== undefined;
  }

  #leave(subscriber: Subscriber, conversationId: ConversationId): void {
    if (!this.#audiences.leave(subscriber, conversationId)) return;
    this.#feed.untrack(conversationId);
    this.#busy.forget(conversationId);
  }

  /**
   * Writes what was recorded after the heads. Where others follow a conversation here already, to this socket alone and as long as it joins on; where
   * nobody did, through the feed, which puts it in order. A conversation somebody was brought into meanwhile begins with that publication.
   */
  #replay(
    subscriber: Subscriber,
    heads: ReadonlyMap<ConversationId, number>,
    recorded: readonly Recorded[],
  ): void {
    const given = new Map<ConversationId, number>();
    for (const [conversationId, head] of heads)
      if (this.#enter(subscriber, conversationId, head)) given.set(conversationId, head);
    const mine = this.#audiences.conversationsOf(subscriber);
    for (const entry of recorded) {
      const { conversationId, publication, to } = entry;
      if (to <= (heads.get(conversationId) ?? 0)) continue;
      if (!mine.has(conversationId)) {
        if (publication?.joins?.includes(subscriber.userId) !== true) continue;
        const before = firstSeq(publication) - 1;
        if (this.#enter(subscriber, conversationId, before)) given.set(conversationId, before);
      }
      const last = given.get(conversationId);
      if (last === undefined) this.#offer(entry);
      else if (publication !== undefined && to > last && firstSeq(publication) <= last + 1) {
        given.set(conversationId, to);
        if (publication.isWithheld === true) subscriber.writeHeads([[conversationId, to]]);
        else subscriber.writeEvents(conversationId, encode(publication));
        if (publication.leaves?.includes(subscriber.userId) === true || ends(publication))
          this.#leave(subscriber, conversationId);
      }
    }
    this.#tellRest(subscriber, given);
  }

  /** Tells the heads of conversations of which something could not be given. */
  #tellRest(subscriber: Subscriber, given: ReadonlyMap<ConversationId, number>): void {
    const mine = this.#audiences.conversationsOf(subscriber);
    const heads: Head[] = [];
    for (const [conversationId, seq] of given) {
      const last = this.#feed.lastOf(conversationId) ?? seq;
      if (last > seq && mine.has(conversationId)) heads.push([conversationId, last]);
    }
    if (heads.length > 0) subscriber.writeHeads(heads);
  }

  #offer({ conversationId, publication, to }: Recorded): void {
    if (publication !== undefined) this.#feed.offer(publication);
    else this.#feed.expect(conversationId, to, true);
  }

  #reconcile(subscriber: Subscriber, standings: readonly Standing[], recorded: readonly Recorded[]): void {
    if (!this.#audiences.subscribersOf(subscriber.userId).has(subscriber)) return;
    const mine = this.#audiences.conversationsOf(subscriber);
    const heads: Head[] = [];
    const fresh = new Set<ConversationId>();
    for (const { conversationId, head, isMember } of standings) {
      if (mine.has(conversationId) === isMember) continue;
      const after = recorded.filter((entry) => entry.conversationId === conversationId && entry.to > head);
      if (after.some((entry) => mentions(entry, subscriber.userId))) continue;
      if (isMember) {
        if (!this.#enter(subscriber, conversationId, head)) fresh.add(conversationId);
        heads.push([conversationId, Math.max(head, this.#feed.lastOf(conversationId) ?? head)]);
      } else {
        this.#leave(subscriber, conversationId);
        heads.push([conversationId, -1]);
      }
    }
    if (heads.length > 0) subscriber.writeHeads(heads);
    for (const entry of recorded) if (fresh.has(entry.conversationId)) this.#offer(entry);
  }

  #audienceOf(signal: ChatSignal, to: SignalPublication['to']): Iterable<Subscriber> {
    if (typeof to === 'object') return to.users.flatMap((userId) => [...this.subscribersOf(userId)]);
    const { conversationId } = signal;
    if (conversationId === null) return [];
    const room = this.#audiences.room(conversationId);
    return (to === 'members' ? room?.subscribers : room?.viewers) ?? [];
  }
}

/** Whether a publication brings somebody in or sends them out. */
function mentions({ publication }: Recorded, userId: UserId): boolean {
  return publication?.joins?.includes(userId) === true || publication?.leaves?.includes(userId) === true;
}

/** Whether the conversation is deleted by it, so that everybody leaves. */
function ends({ events }: Publication): boolean {
  return events.some(({ kind }) => kind === 'conversation.deleted');
}

/** True when all of it lies below the head the socket was told; forgets that head once it is passed. */
function isTold(told: Map<Subscriber, number>, subscriber: Subscriber, publication: Publication): boolean {
  const head = told.get(subscriber);
  if (head === undefined) return false;
  const to = lastSeq(publication);
  if (to >= head) told.delete(subscriber);
  return to <= head;
}

function encode({ events }: Publication): Buffer {
  const frames = events.map((event) => {
    const frame: EventFrame = { type: 'event', event };
    return encodeTextFrame(JSON.stringify(frame));
  });
  const [only] = frames;
  return frames.length === 1 && only !== undefined ? only : Buffer.concat(frames);
}

function encodeSignal(signal: ChatSignal): Buffer {
  const frame: SignalFrame = { type: 'signal', signal };
  return encodeTextFrame(JSON.stringify(frame));
}

const nothingToRead: Pull = async (_conversationId, after) => ({ publications: [], to: after, head: after });

const uncounted: HubCounters = {
  gap: () => {},
  healed: () => {},
  pulled: () => {},
  late: () => {},
  delivered: () => {},
  passedBy: () => {},
};
