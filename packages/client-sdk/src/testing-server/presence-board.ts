/**
 * Who is here, told to who looks.
 *
 * - A session looks at the people it named last, while it has a socket. It is told when somebody looks different from what it was shown, and nothing else: so
 *   nobody hears that somebody invisible came or went.
 * - Changes gather for a second. Whether two people may still look at each other is asked at that moment.
 * - Who does nothing for five minutes on any device is idle, which is noticed within fifteen seconds. What apps send by themselves is nothing.
 */
import type { OperationName, Presence, SessionId, UserId } from '@parley/protocol/wire';
import { mayLook, presenceOf } from './features/presence.js';
import { type Actor, type Sight, stamp, type World } from './world.js';

interface Session {
  readonly userId: UserId;
  sockets: number;
  /** Whom it looks at, and what it was shown of them. */
  shown: Map<UserId, string>;
}

const gatherMs = 1000;
const idleAfterMs = 300_000;
const lookEveryMs = 15_000;
const byThemselves: ReadonlySet<string> = new Set<OperationName>([
  'markDelivered',
  'sync',
  'listChanges',
  'watchPresence',
  'listPresence',
]);

export class PresenceBoard {
  readonly #getWorld: () => World;
  readonly #tell: (watcherId: UserId, items: Presence[]) => void;
  readonly #sessions = new Map<SessionId, Session>();
  readonly #activeAt = new Map<UserId, number>();
  readonly #tellSoon: Timer;
  readonly #lookLater: Timer;

  /** @param tell  tells somebody how people look now, on all their sockets */
  constructor(getWorld: () => World, tell: (watcherId: UserId, items: Presence[]) => void) {
    this.#getWorld = getWorld;
    this.#tell = tell;
    this.#tellSoon = createTimer(getWorld, () => this.#tellAll());
    this.#lookLater = createTimer(getWorld, () => this.#tellAll());
  }

  sightOf(userId: UserId): Sight {
    const at = this.#activeAt.get(userId);
    if (at === undefined) return 'gone';
    return this.#now() - at >= idleAfterMs ? 'idle' : 'here';
  }

  /** A socket was let in. */
  came({ userId, sessionId }: Actor): void {
    const session = this.#sessions.get(sessionId) ?? { userId, sockets: 0, shown: new Map() };
    session.sockets += 1;
    this.#sessions.set(sessionId, session);
    this.#activeAt.set(userId, this.#now());
    this.changed();
  }

  /** A socket that was let in is gone. */
  went({ userId, sessionId }: Actor): void {
    const session = this.#sessions.get(sessionId);
    if (session === undefined) return;
    session.sockets -= 1;
    if (session.sockets === 0) this.#sessions.delete(sessionId);
    if ([...this.#sessions.values()].some((other) => other.userId === userId)) return;
    this.#activeAt.delete(userId);
    const person = this.#getWorld().state.people.get(userId);
    if (person !== undefined && person.shownAs !== 'invisible') person.lastSeenAt = stamp(this.#getWorld());
    this.changed();
  }

  /** A socket of somebody called an operation. */
  called(userId: UserId, operation: string): void {
    if (byThemselves.has(operation) || !this.#activeAt.has(userId)) return;
    const wasIdle = this.sightOf(userId) === 'idle';
    this.#activeAt.set(userId, this.#now());
    if (wasIdle) this.changed();
  }

  watch({ userId, sessionId }: Actor, userIds: readonly UserId[]): void {
    const session = this.#sessions.get(sessionId);
    if (session === undefined) return;
    const look = (other: UserId) => JSON.stringify(presenceOf(this.#getWorld(), userId, other));
    session.shown = new Map(userIds.map((other) => [other, look(other)]));
    this.#planLook();
  }

  /** Somebody may look different now. */
  changed(): void {
    this.#tellSoon.start(gatherMs);
  }

  /** Forgets everybody. */
  close(): void {
    this.#tellSoon.stop();
    this.#lookLater.stop();
    this.#sessions.clear();
    this.#activeAt.clear();
  }

  #now(): number {
    return this.#getWorld().now();
  }

  #tellAll(): void {
    const news = new Map<UserId, Map<UserId, Presence>>();
    for (const { userId: watcherId, shown } of this.#sessions.values())
      for (const [userId, before] of shown) {
        if (!mayLook(this.#getWorld().state, watcherId, userId)) continue;
        const presence = presenceOf(this.#getWorld(), watcherId, userId);
        const after = JSON.stringify(presence);
        if (after === before) continue;
        shown.set(userId, after);
        const items = news.get(watcherId) ?? new Map<UserId, Presence>();
        news.set(watcherId, items.set(userId, presence));
      }
    for (const [watcherId, items] of news) this.#tell(watcherId, [...items.values()]);
    this.#planLook();
  }

  /** The next time somebody looks different by themselves: idle, or at the end of what they say. */
  #planLook(): void {
    const watched = [...this.#sessions.values()].flatMap(({ shown }) => [...shown.keys()]);
    if (watched.length === 0) return;
    const { people } = this.#getWorld().state;
    const ends = watched.flatMap((userId) => people.get(userId)?.status?.until ?? []);
    const waits = ends.map((until) => Date.parse(until) - this.#now()).filter((ms) => ms > 0);
    this.#lookLater.start(Math.min(lookEveryMs, ...waits));
  }
}

type Timer = ReturnType<typeof createTimer>;

/** A timer that may be asked for again while it runs: the earlier time counts. */
function createTimer(getWorld: () => World, callback: () => void) {
  let dueAt = Number.POSITIVE_INFINITY;
  let undo = (): void => {};
  const stop = (): void => {
    undo();
    dueAt = Number.POSITIVE_INFINITY;
  };
  const start = (ms: number): void => {
    const at = getWorld().now() + ms;
    if (at >= dueAt) return;
    stop();
    dueAt = at;
    undo = getWorld().after(ms, () => {
      dueAt = Number.POSITIVE_INFINITY;
      callback();
    });
  };
  return { start, stop };
}
