/**
 * Who is here, told to those who look.
 *
 * - A session looks at the people it named last, while it has a socket on this node. Without one there is nowhere to tell it.
 * - Changes gather for a second; then each watcher gets one frame with theirs. Whether they still share a conversation is asked at that moment, because people
 *   leave conversations after they began to look.
 * - When somebody was last here is written before it is told. It is a hint: if the database fails, the change is told all the same.
 * - Nobody is told that somebody invisible came or went, not even by a frame that says the same as before. That somebody chose to be seen differently is told
 *   like a change, on every node.
 * - Whoever is idle is seen as away; activity.ts says who is. That a status ends is told to who looks, as it ends; status-ends.ts waits for it.
 * - Between two people with a block either way nobody is told anything. That there is one now, or none any more, each of the two who looks at the other is told as
 *   going and coming, on every node; nobody else hears of it.
 */
import type { Presence, SessionId, TenantId, UserId } from '@parley/protocol';
import type { Actor } from '../../access/actor.js';
import type { Database } from '../../db/database.js';
import type { SignalPublication } from '../../fanout/broker.js';
import type { Clock } from '../../lib/clock.js';
import { showsSomebody } from './activity.js';
import {
  type AllowedLook,
  type Look,
  listAcquaintances,
  listAllowedLooks,
  updateLastSeen,
} from './presence.store.js';
import type { PresenceChange, PresenceStore } from './presence-store.js';
import { hidden, toPresence } from './shown-presence.js';
import { createStatusEnds, type StatusEnds } from './status-ends.js';

const gatherMs = 1000;
const looksAtOnce = 5000;

export interface PresenceOptions {
  readonly database: Database;
  readonly store: PresenceStore;
  /** Sends a signal to whoever is connected, here and on other nodes. */
  readonly signal: (publication: SignalPublication) => void;
  /** Tells other nodes that somebody wants to be seen differently; may be lost. */
  readonly tellElsewhere: (told: { readonly restated: UserId } | { readonly related: Pair }) => void;
  readonly onError: (error: unknown) => void;
  readonly clock: Clock;
}

interface Session {
  readonly tenantId: TenantId;
  readonly userId: UserId;
  sockets: number;
  watched: ReadonlySet<UserId>;
}

/** Two people, in any order. */
export type Pair = readonly [UserId, UserId];

/** What is to be told. */
interface News {
  readonly changes: ReadonlyMap<UserId, PresenceChange>;
  readonly restated: ReadonlySet<UserId>;
  readonly shifted: ReadonlySet<UserId>;
  readonly related: readonly Pair[];
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
  /** Who chose to be seen differently since it was last told. */
  #restated = new Set<UserId>();
  /** Who became idle or is so no more, and whose status ended, since it was last told. */
  #shifted = new Set<UserId>();
  readonly #statusEnds: StatusEnds;
  /** Between whom a block began or ended since it was last told. */
  #related: Pair[] = [];
  #telling: Promise<void> = Promise.resolve();
  #stopTimer: (() => void) | undefined;

  constructor(options: PresenceOptions) {
    this.#options = options;
    options.store.subscribe((change) => this.#note(change));
    options.store.subscribeIdle((userId) => this.#shift(userId));
    this.#statusEnds = createStatusEnds({ onEnd: (userId) => this.#shift(userId), clock: options.clock });
  }

  /** Takes a socket in. Returns its undoing, to be called once when it is gone. */
  connected(actor: Actor): () => void {
    const leave = this.#options.store.connected(actor);
    const session = this.#sessions.get(actor.sessionId) ?? {
      tenantId: actor.tenantId,
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

  /** A socket of the actor called an operation. */
  called({ userId }: Actor, operation: string): void {
    if (showsSomebody(operation)) this.#options.store.active(userId);
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
    const { store } = this.#options;
    const online = await store.onlineAmong(acquaintances.map(({ userId }) => userId));
    const seen = new Map(
      acquaintances.map(({ userId, lastSeenAt, choice }) => {
        if (this.#watchersOf.has(userId)) this.#statusEnds.note(userId, choice.status?.until ?? null);
        const sight = { userId, isHere: online.has(userId), isIdle: store.isIdle(userId), lastSeenAt };
        return [userId, toPresence(sight, choice)];
      }),
    );
    return userIds.map((userId) => seen.get(userId) ?? hidden(userId));
  }

  /** Somebody on this node chose to be seen differently. */
  restate(userId: UserId): void {
    this.restated(userId);
    this.#options.tellElsewhere({ restated: userId });
  }

  /** The same, told by another node. */
  restated(userId: UserId): void {
    this.#restated.add(userId);
    this.#tellSoon();
  }

  /** A block between two people began or ended on this node. */
  relate(pair: Pair): void {
    this.related(pair);
    this.#options.tellElsewhere({ related: pair });
  }

  /** The same, told by another node. */
  related(pair: Pair): void {
    this.#related.push(pair);
    this.#tellSoon();
  }

  /** Resolves when what fell due before was told. */
  settled(): Promise<void> {
    return this.#telling;
  }

  /** Writes who went and ends; nobody is told any more. */
  async close(): Promise<void> {
    this.#stopTimer?.();
    this.#statusEnds.close();
    this.#options.store.close();
    await this.#telling;
    await this.#writeLastSeen([...this.#changes.values()]);
    this.#changes.clear();
  }

  #look(sessionId: SessionId, session: Session, watched: ReadonlySet<UserId>): void {
    for (const userId of session.watched) {
      const watchers = this.#watchersOf.get(userId);
      watchers?.delete(sessionId);
      if (watchers?.size === 0) {
        this.#watchersOf.delete(userId);
        if (!watched.has(userId)) this.#statusEnds.drop(userId);
      }
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
    this.#tellSoon();
  }

  #shift(userId: UserId): void {
    this.#shifted.add(userId);
    this.#tellSoon();
  }

  #tellSoon(): void {
    this.#stopTimer ??= this.#options.clock.after(gatherMs, () => {
      this.#stopTimer = undefined;
      const news: News = {
        changes: this.#changes,
        restated: this.#restated,
        shifted: this.#shifted,
        related: this.#related,
      };
      this.#changes = new Map();
      this.#restated = new Set();
      this.#shifted = new Set();
      this.#related = [];
      this.#telling = this.#telling.then(() => this.#tell(news));
    });
  }

  async #tell(news: News): Promise<void> {
    await this.#writeLastSeen([...news.changes.values()]);
    const looks = this.#looksOf(news);
    try {
      const online = await this.#options.store.onlineAmong([
        ...news.restated,
        ...news.shifted,
        ...news.related.flat(),
      ]);
      for (let from = 0; from < looks.length; from += looksAtOnce) {
        const allowed = await listAllowedLooks(
          this.#options.database.kysely,
          looks.slice(from, from + looksAtOnce),
        );
        this.#signal(allowed, { ...news, online });
      }
    } catch (error) {
      this.#options.onError(error);
    }
  }

  /** Each watcher once for each person they look at, whatever the number of their sessions. */
  #looksOf({ changes, restated, shifted, related }: News): Look[] {
    const moved = new Set([...changes.keys(), ...restated, ...shifted]);
    const looks = [...moved].flatMap((userId) => this.#looksAt(userId));
    const known = new Set(looks.map(keyOf));
    const between = related.flatMap(([one, other]) => [
      ...this.#looksAt(one).filter(({ watcherId }) => watcherId === other),
      ...this.#looksAt(other).filter(({ watcherId }) => watcherId === one),
    ]);
    for (const look of between) {
      if (!known.has(keyOf(look))) looks.push(look);
      known.add(keyOf(look));
    }
    return looks.sort((one, other) => (one.watcherId < other.watcherId ? -1 : 1));
  }

  #looksAt(userId: UserId): Look[] {
    const watchers = new Map<UserId, TenantId>();
    for (const sessionId of this.#watchersOf.get(userId) ?? []) {
      const session = this.#sessions.get(sessionId);
      if (session !== undefined) watchers.set(session.userId, session.tenantId);
    }
    return [...watchers].map(([watcherId, tenantId]) => ({ watcherId, tenantId, userId }));
  }

  #signal(looks: readonly AllowedLook[], news: News & { readonly online: ReadonlySet<UserId> }): void {
    const itemsOf = new Map<UserId, Presence[]>();
    const related = new Set(news.related.flatMap(([one, other]) => [`${one} ${other}`, `${other} ${one}`]));
    for (const look of looks) {
      const { watcherId, userId, lastSeenAt, choice, isBlocked } = look;
      this.#statusEnds.note(userId, choice.status?.until ?? null);
      if (isBlocked && !related.has(keyOf(look))) continue;
      if (choice.shownAs === 'invisible' && (isBlocked || !news.restated.has(userId))) continue;
      const change = news.changes.get(userId);
      const isIdle = this.#options.store.isIdle(userId);
      const sight =
        change === undefined
          ? { userId, isHere: news.online.has(userId), isIdle, lastSeenAt }
          : { userId, isHere: change.wentAt === null, isIdle, lastSeenAt: toTime(change.wentAt) };
      const items = itemsOf.get(watcherId) ?? [];
      items.push(isBlocked ? hidden(userId) : toPresence(sight, choice));
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

function keyOf({ watcherId, userId }: Pick<Look, 'watcherId' | 'userId'>): string {
  return `${watcherId} ${userId}`;
}

/** In the form the database gives, whose last three digits a clock of milliseconds leaves open. */
function toTime(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString().replace('Z', '000Z');
}
