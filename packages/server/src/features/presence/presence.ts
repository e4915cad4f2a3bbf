/**
 * Who is here, told to those who look.
 *
 * - A session looks at the people it named last, while it has a socket on this node. Without one there is nowhere to tell it.
 * - Changes gather for a second; then each watcher gets one frame with theirs. Whether they still share a conversation is asked at that moment, because people
 *   leave conversations after they began to look.
 * - When somebody was last here is written before it is told. It is a hint: if the database fails, the change is told all the same.
 */
import type { Presence, SessionId, UserId } from '@parley/protocol';
import type { Actor } from '../../access/actor.js';
import type { Database } from '../../db/database.js';
import type { SignalPublication } from '../../fanout/broker.js';
import type { Clock } from '../../lib/clock.js';
import { type Look, listAcquaintances, listAllowedLooks, updateLastSeen } from './presence.store.js';
import type { PresenceChange, PresenceStore } from './presence-store.js';

const gatherMs = 1000;
const looksAtOnce = 5000;

export interface PresenceOptions {
  readonly database: Database;
  readonly store: PresenceStore;
  /** Sends a signal to whoever is connected, here and on other nodes. */
  readonly signal: (publication: SignalPublication) => void;
  readonly onError: (error: unknown) => void;
  readonly clock: Clock;
}

interface Session {
  readonly userId: UserId;
  sockets: number;
  watched: ReadonlySet<UserId>;
}

/** Begins to follow the store. */
export function createPresenceBoard(options: PresenceOptions): PresenceBoard {
  return new PresenceBoard(options);
}

export class PresenceBoard {
  readonly #options: PresenceOptions;
  readonly #sessions = new Map<SessionId, Session>();
  readonly #watchersOf = new Map<UserId, Set<SessionId>>();
  #changes = new Map<UserId, PresenceChange>();
  #telling: Promise<void> = Promise.resolve();
  #stopTimer: (() => void) | undefined;

  constructor(options: PresenceOptions) {
    this.#options = options;
    options.store.subscribe((change) => this.#note(change));
  }

  /** Takes a socket in. Returns its undoing, to be called once when it is gone. */
  connected(actor: Actor): () => void {
    const leave = this.#options.store.connected(actor);
    const session = this.#sessions.get(actor.sessionId) ?? {
      userId: actor.userId,
      sockets: 0,
      watched: new Set(),
    };
    session.sockets += 1;
    this.#sessions.set(actor.sessionId, session);
    return () => {
      session.sockets -= 1;
      if (session.sockets === 0) {
        this.#look(actor.sessionId, session, new Set());
        this.#sessions.delete(actor.sessionId);
      }
      leave();
    };
  }

  /** Replaces whom the actor's session looks at. Without a socket of it here nothing happens. */
  watch(actor: Actor, userIds: readonly UserId[]): void {
    const session = this.#sessions.get(actor.sessionId);
    if (session !== undefined) this.#look(actor.sessionId, session, new Set(userIds));
  }

  /** How people are, in the order asked for; strangers and nobody are offline and were never seen. */
  async list(actor: Actor, userIds: readonly UserId[]): Promise<Presence[]> {
    if (userIds.length === 0) return [];
    const acquaintances = await listAcquaintances(this.#options.database.kysely, actor, userIds);
    const online = await this.#options.store.onlineAmong(acquaintances.map(({ userId }) => userId));
    const lastSeen = new Map(acquaintances.map(({ userId, lastSeenAt }) => [userId, lastSeenAt]));
    return userIds.map((userId) =>
      online.has(userId)
        ? { userId, state: 'online', lastSeenAt: null }
        : { userId, state: 'offline', lastSeenAt: lastSeen.get(userId) ?? null },
    );
  }

  /** Resolves when what fell due before was told. */
  settled(): Promise<void> {
    return this.#telling;
  }

  /** Writes who went and ends; nobody is told any more. */
  async close(): Promise<void> {
    this.#stopTimer?.();
    this.#options.store.close();
    await this.#telling;
    await this.#writeLastSeen([...this.#changes.values()]);
    this.#changes.clear();
  }

  #look(sessionId: SessionId, session: Session, watched: ReadonlySet<UserId>): void {
    for (const userId of session.watched) {
      const watchers = this.#watchersOf.get(userId);
      watchers?.delete(sessionId);
      if (watchers?.size === 0) this.#watchersOf.delete(userId);
    }
    session.watched = watched;
    for (const userId of watched) {
      const watchers = this.#watchersOf.get(userId);
      if (watchers === undefined) this.#watchersOf.set(userId, new Set([sessionId]));
      else watchers.add(sessionId);
    }
  }

  #note(change: PresenceChange): void {
    this.#changes.set(change.userId, change);
    this.#stopTimer ??= this.#options.clock.after(gatherMs, () => {
      this.#stopTimer = undefined;
      const changes = this.#changes;
      this.#changes = new Map();
      this.#telling = this.#telling.then(() => this.#tell(changes));
    });
  }

  async #tell(changes: ReadonlyMap<UserId, PresenceChange>): Promise<void> {
    await this.#writeLastSeen([...changes.values()]);
    const looks = this.#looksAt(changes.keys());
    try {
      for (let from = 0; from < looks.length; from += looksAtOnce) {
        const allowed = await listAllowedLooks(
          this.#options.database.kysely,
          looks.slice(from, from + looksAtOnce),
        );
        this.#signal(allowed, changes);
      }
    } catch (error) {
      this.#options.onError(error);
    }
  }

  /** Each watcher once for each person they look at, whatever the number of their sessions. */
  #looksAt(userIds: Iterable<UserId>): Look[] {
    const looks: Look[] = [];
    for (const userId of userIds) {
      const watchers = new Set<UserId>();
      for (const sessionId of this.#watchersOf.get(userId) ?? []) {
        const session = this.#sessions.get(sessionId);
        if (session !== undefined) watchers.add(session.userId);
      }
      for (const watcherId of watchers) looks.push({ watcherId, userId });
    }
    return looks.sort((one, other) => (one.watcherId < other.watcherId ? -1 : 1));
  }

  #signal(looks: readonly Look[], changes: ReadonlyMap<UserId, PresenceChange>): void {
    const itemsOf = new Map<UserId, Presence[]>();
    for (const { watcherId, userId } of looks) {
      const change = changes.get(userId);
      if (change === undefined) continue;
      const items = itemsOf.get(watcherId) ?? [];
      items.push(toPresence(change));
      itemsOf.set(watcherId, items);
    }
    for (const [watcherId, items] of itemsOf)
      this.#options.signal({
        signal: { kind: 'presence.changed', conversationId: null, data: { items } },
        to: { users: [watcherId] },
      });
  }

  async #writeLastSeen(changes: readonly PresenceChange[]): Promise<void> {
    const seen = changes.flatMap(({ tenantId, userId, wentAt }) =>
      wentAt === null || tenantId === null ? [] : [{ tenantId, userId, at: wentAt }],
    );
    if (seen.length === 0) return;
    try {
      await updateLastSeen(this.#options.database.kysely, seen);
    } catch (error) {
      this.#options.onError(error);
    }
  }
}

/** In the form the database gives, whose last three digits a clock of milliseconds leaves open. */
function toPresence({ userId, wentAt }: PresenceChange): Presence {
  if (wentAt === null) return { userId, state: 'online', lastSeenAt: null };
  return { userId, state: 'offline', lastSeenAt: new Date(wentAt).toISOString().replace('Z', '000Z') };
}
