/**
 * Who is connected and what they get.
 *
 * - Everything happens in the turn of the command: who is in the conversation once it is carried out gets the event, and who left by it as well.
 * - Of a busy conversation only those who have it open get events, and whoever an event brings in; who is removed is told so at once.
 * - Who is here is the board's: see presence-board.ts.
 */
import {
  type CloseName,
  type ConversationId,
  type DownFrame,
  type HeadFrame,
  headsDigest,
  limits,
  type SessionId,
  type UserId,
} from '@parley/protocol/wire';
import { createBusy } from './busy.js';
import { isActive } from './log.js';
import { PresenceBoard } from './presence-board.js';
import { isLive } from './tokens.js';
import type { Actor, Hub, Publication, Sight, SignalTo, World } from './world.js';

/** A socket that was let in. */
export interface Subscriber {
  readonly actor: Actor;
  /** The conversations it has open. */
  open: ReadonlySet<ConversationId>;
  readonly write: (frame: DownFrame) => void;
  readonly close: (name: CloseName) => void;
}

/** The hub with what only sockets need. */
export interface Sockets extends Hub {
  /** Takes a socket in; the oldest of somebody who has too many goes. */
  readonly connect: (subscriber: Subscriber) => void;
  readonly disconnect: (subscriber: Subscriber) => void;
  readonly setOpen: (subscriber: Subscriber, open: ReadonlySet<ConversationId>) => void;
  /** What a socket should know by now; undefined while it is owed some. */
  readonly digestOf: (subscriber: Subscriber) => number | undefined;
  /** A socket of somebody called an operation. */
  readonly called: (userId: UserId, operation: string) => void;
  /** Closes the sockets whose session has ended. */
  readonly endDead: () => void;
  /** Forgets everybody, and rejects who waits. */
  readonly close: () => void;
}

export function createHub(getWorld: () => World): Sockets {
  return new TestHub(getWorld);
}

interface Wait {
  readonly userId: UserId;
  readonly end: (error?: Error) => void;
}

class TestHub implements Sockets {
  readonly #getWorld: () => World;
  readonly #subscribers = new Set<Subscriber>();
  readonly #waits = new Map<SessionId, Wait>();
  readonly #board: PresenceBoard;
  #busy: ReturnType<typeof createBusy> | undefined;

  constructor(getWorld: () => World) {
    this.#getWorld = getWorld;
    this.#board = new PresenceBoard(getWorld, (watcherId, items) =>
      this.signal({
        signal: { kind: 'presence.changed', conversationId: null, data: { items } },
        to: [watcherId],
      }),
    );
  }

  connect(subscriber: Subscriber): void {
    const { userId } = subscriber.actor;
    this.#subscribers.add(subscriber);
    this.#board.came(subscriber.actor);
    const ofUser = this.#subscribersOf(userId);
    for (const oldest of ofUser.slice(0, Math.max(0, ofUser.length - limits.socketsPerUser)))
      oldest.close('replaced');
  }

  disconnect(subscriber: Subscriber): void {
    if (this.#subscribers.delete(subscriber)) this.#board.went(subscriber.actor);
  }

  setOpen(subscriber: Subscriber, open: ReadonlySet<ConversationId>): void {
    for (const head of this.#owedTo(subscriber)) if (open.has(head.conversationId)) subscriber.write(head);
    subscriber.open = open;
  }

  digestOf(subscriber: Subscriber): number | undefined {
    if (this.#owedTo(subscriber).length > 0) return undefined;
    const { userId } = subscriber.actor;
    const logs = [...this.#world.state.logs.values()];
    const mine = logs.filter((log) => log.state !== 'deleted' && isActive(log, userId));
    return headsDigest(mine.map(({ id, entries }) => [id, entries.length]));
  }

  endDead(): void {
    for (const subscriber of [...this.#subscribers])
      if (!isLive(this.#world, subscriber.actor)) subscriber.close('session_revoked');
  }

  close(): void {
    this.#busy?.close();
    this.#board.close();
    for (const { end } of [...this.#waits.values()]) end(new TypeError('the server restarted'));
  }

  publish(publication: Publication): void {
    const { log, event, joins = [], leaves = [], isWithheld } = publication;
    const { conversationId, seq } = event;
    const isBusy = this.#take(publication);
    for (const subscriber of this.#subscribers) {
      const { userId } = subscriber.actor;
      const isLeaving = leaves.includes(userId);
      if (!isLeaving && !isActive(log, userId)) continue;
      const isTold = !isBusy || subscriber.open.has(conversationId) || joins.includes(userId);
      if (isTold && isWithheld === true) subscriber.write({ type: 'heads', heads: [[conversationId, seq]] });
      else if (isTold) subscriber.write({ type: 'event', event });
      else if (isLeaving) subscriber.write({ type: 'heads', heads: [[conversationId, -1]] });
    }
    for (const { userId, end } of [...this.#waits.values()])
      if (leaves.includes(userId) || isActive(log, userId)) end();
  }

  signal({ signal, to, except = [] }: SignalTo): void {
    for (const subscriber of this.#subscribers) {
      const { userId } = subscriber.actor;
      if (except.includes(userId) || !this.#isFor(subscriber, { signal, to })) continue;
      subscriber.write({ type: 'signal', signal });
    }
  }

  ownMoved(userId: UserId): void {
    const seq = this.#world.state.people.get(userId)?.ownLog.length ?? 0;
    for (const subscriber of this.#subscribersOf(userId)) subscriber.write({ type: 'own_head', seq });
    for (const wait of [...this.#waits.values()]) if (wait.userId === userId) wait.end();
  }

  sightOf(userId: UserId): Sight {
    return this.#board.sightOf(userId);
  }

  watch(actor: Actor, userIds: readonly UserId[]): void {
    this.#board.watch(actor, userIds);
  }

  restate(): void {
    this.#board.changed();
  }

  called(userId: UserId, operation: string): void {
    this.#board.called(userId, operation);
  }

  wait({ userId, sessionId }: Actor, { ms, signal }: Parameters<Hub['wait']>[1]): Promise<void> {
    this.#waits.get(sessionId)?.end();
    return new Promise((resolve, reject) => {
      const end = (error?: Error): void => {
        if (this.#waits.get(sessionId)?.end === end) this.#waits.delete(sessionId);
        stop();
        signal?.removeEventListener('abort', abort);
        if (error === undefined) resolve();
        else reject(error);
      };
      const abort = (): void => end(new DOMException('The wait was given up.', 'AbortError'));
      const stop = this.#world.after(ms, () => end());
      this.#waits.set(sessionId, { userId, end });
      signal?.addEventListener('abort', abort);
    });
  }

  get #world(): World {
    return this.#getWorld();
  }

  /** Oldest first. */
  #subscribersOf(userId: UserId): Subscriber[] {
    return [...this.#subscribers].filter(({ actor }) => actor.userId === userId);
  }

  #take(publication: Publication): boolean {
    this.#busy ??= createBusy({
      world: this.#world,
      countSockets: (conversationId) => this.#roomOf(conversationId).length,
      tell: (head) => {
        for (const subscriber of this.#roomOf(head.conversationId))
          if (!subscriber.open.has(head.conversationId)) subscriber.write(head);
      },
    });
    return this.#busy.take(publication);
  }

  #roomOf(conversationId: ConversationId): Subscriber[] {
    const log = this.#world.state.logs.get(conversationId);
    if (log === undefined || log.state === 'deleted') return [];
    return [...this.#subscribers].filter(({ actor }) => isActive(log, actor.userId));
  }

  #owedTo(subscriber: Subscriber): HeadFrame[] {
    return (this.#busy?.owed() ?? []).filter(
      ({ conversationId }) =>
        !subscriber.open.has(conversationId) && this.#roomOf(conversationId).includes(subscriber),
    );
  }

  #isFor({ actor, open }: Subscriber, { signal: { conversationId }, to }: SignalTo): boolean {
    if (typeof to === 'object') return to.includes(actor.userId);
    const log = conversationId === null ? undefined : this.#world.state.logs.get(conversationId);
    if (conversationId === null || log === undefined || !isActive(log, actor.userId)) return false;
    return to === 'members' || open.has(conversationId);
  }
}
