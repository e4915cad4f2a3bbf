/**
 * Which conversations are busy here, who gets their events, and what is owed to the others.
 *
 * - Every publication is counted once; a conversation is busy from the one that makes it so on.
 * - Its events go to the sockets that have it open and to whoever they bring in. The others are owed its head.
 * - Once a second, while any is busy, what is owed is told, one frame a conversation, encoded once; only then may one become ordinary. A socket that opens a
 *   conversation is told what it is owed of it first. So whoever was left out knows of everything that lies before the first event they get again.
 */
import type { ConversationId } from '@parley/protocol';
import type { Clock } from '../lib/clock.js';
import type { Audiences, Room } from './audiences.js';
import type { Publication } from './broker.js';
import { BusyMeter } from './busy-meter.js';
import { OwedHead } from './owed-head.js';
import type { Subscriber } from './subscriber.js';
import { encodeTextFrame } from './text-frame.js';

interface Pace {
  readonly meter: BusyMeter;
  readonly head: OwedHead;
}

const tellEveryMs = 1000;

export class BusyConversations {
  readonly #clock: Clock;
  readonly #audiences: Audiences;
  /** Of the conversations something happened in. */
  readonly #paces = new Map<ConversationId, Pace>();
  readonly #busy = new Map<ConversationId, Pace>();
  #stopTelling: (() => void) | undefined;

  constructor(clock: Clock, audiences: Audiences) {
    this.#clock = clock;
    this.#audiences = audiences;
  }

  /** How many are busy now. */
  get size(): number {
    return this.#busy.size;
  }

  /** Counts a publication and gives the sockets it is for. */
  audienceOf(publication: Publication, { subscribers, viewers }: Room): ReadonlySet<Subscriber> {
    const { conversationId, events, joins = [] } = publication;
    const pace = this.#paceOf(conversationId);
    if (!pace.meter.count(events.length, subscribers.size, this.#clock.now())) {
      pace.head.pass(publication);
      return subscribers;
    }
    pace.head.owe(publication);
    this.#busy.set(conversationId, pace);
    this.#stopTelling ??= this.#clock.every(tellEveryMs, () => this.#tellAll());
    if (joins.length === 0) return viewers;
    const newcomers = joins.flatMap((userId) => [...this.#audiences.subscribersOf(userId)]);
    return new Set([...viewers, ...newcomers.filter((subscriber) => subscribers.has(subscriber))]);
  }

  /** Whether events were left out for a socket whose head it has still to be told. */
  owesHead(subscriber: Subscriber): boolean {
    return this.#owedTo(subscriber).next().done !== true;
  }

  /** Tells a socket now what it is owed of these conversations. */
  tellOwed(subscriber: Subscriber, conversationIds: ReadonlySet<ConversationId>): void {
    for (const [conversationId, { head }] of this.#owedTo(subscriber))
      if (conversationIds.has(conversationId)) subscriber.writeEvents(conversationId, encode(head));
  }

  /** Forgets a conversation nobody here is in any more. */
  forget(conversationId: ConversationId): void {
    this.#paces.delete(conversationId);
    this.#busy.delete(conversationId);
    this.#rest();
  }

  close(): void {
    this.#paces.clear();
    this.#busy.clear();
    this.#rest();
  }

  #paceOf(conversationId: ConversationId): Pace {
    const known = this.#paces.get(conversationId);
    if (known !== undefined) return known;
    const pace = { meter: new BusyMeter(), head: new OwedHead(conversationId) };
    this.#paces.set(conversationId, pace);
    return pace;
  }

  *#owedTo(subscriber: Subscriber): Generator<[ConversationId, Pace], void> {
    for (const entry of this.#busy) {
      const [conversationId, { head }] = entry;
      const room = this.#audiences.room(conversationId);
      if (head.isOwed && room?.subscribers.has(subscriber) === true && !room.viewers.has(subscriber))
        yield entry;
    }
  }

  #tellAll(): void {
    for (const [conversationId, { meter, head }] of this.#busy) {
      const room = this.#audiences.room(conversationId);
      if (head.isOwed) {
        const frame = encode(head);
        head.settle();
        for (const subscriber of room?.subscribers ?? [])
          if (room?.viewers.has(subscriber) === false) subscriber.writeEvents(conversationId, frame);
      }
      if (!meter.look(room?.subscribers.size ?? 0, this.#clock.now())) this.#busy.delete(conversationId);
    }
    this.#rest();
  }

  #rest(): void {
    if (this.#busy.size > 0) return;
    this.#stopTelling?.();
    this.#stopTelling = undefined;
  }
}

function encode(head: OwedHead): Buffer {
  return encodeTextFrame(JSON.stringify(head.frame()));
}
