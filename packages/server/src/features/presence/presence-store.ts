import type { UserId } from '@parley/protocol';
import type { Actor } from '../../access/actor.js';
import type { Clock } from '../../lib/clock.js';
import { createActivity } from './activity.js';

/** A person who came or went. */
export interface PresenceChange {
  readonly userId: UserId;
  /** Null for somebody of another node, who is that node's to record. */
  readonly tenantId: Actor['tenantId'] | null;
  /** Null for who came; milliseconds since 1970 at which the last connection of who went ended. */
  readonly wentAt: number | null;
}

/** Who is connected, over all nodes it knows of. */
export interface PresenceStore {
  /** Takes a connection in. Returns its undoing, to be called once. */
  connected(actor: Pick<Actor, 'userId' | 'tenantId'>): () => void;
  /** Somebody who is connected to this node did something. */
  active(userId: UserId): void;
  /** Whether nobody sees them do anything, on any of the nodes they are connected to. False for who is not here. */
  isIdle(userId: UserId): boolean;
  /** Those among some people who are here. */
  onlineAmong(userIds: readonly UserId[]): Promise<ReadonlySet<UserId>>;
  /** Told of everybody who came or went. */
  subscribe(listener: (change: PresenceChange) => void): void;
  /** Told of everybody here who became idle, or is so no more. */
  subscribeIdle(listener: (userId: UserId) => void): void;
  close(): void;
}

/** Long enough for a reload and for a change of networks, so that neither looks like leaving. */
const graceMs = 10_000;

interface Person {
  readonly tenantId: Actor['tenantId'];
  connections: number;
  /** Set while nothing is connected and the grace runs. */
  stopTimer: (() => void) | undefined;
}

/** The people of this node alone. Somebody whose last connection ends is gone ten seconds later, as of the moment it ended. */
export function createMemoryPresenceStore({ clock }: { readonly clock: Clock }): PresenceStore {
  const people = new Map<UserId, Person>();
  const listeners: ((change: PresenceChange) => void)[] = [];
  const tell = (change: PresenceChange) => {
    for (const listener of listeners) listener(change);
  };

  const idleListeners: ((userId: UserId) => void)[] = [];
  const activity = createActivity({
    clock,
    onChange: (userId) => {
      for (const listener of idleListeners) listener(userId);
    },
  });

  const disconnected = (userId: UserId, person: Person): void => {
    person.connections -= 1;
    if (person.connections > 0) return;
    const wentAt = clock.now();
    person.stopTimer = clock.after(graceMs, () => {
      people.delete(userId);
      activity.gone(userId);
      tell({ userId, tenantId: person.tenantId, wentAt });
    });
  };

  return {
    connected: ({ userId, tenantId }) => {
      const known = people.get(userId);
      const person: Person = known ?? { tenantId, connections: 0, stopTimer: undefined };
      person.stopTimer?.();
      person.stopTimer = undefined;
      person.connections += 1;
      if (known === undefined) {
        people.set(userId, person);
        tell({ userId, tenantId, wentAt: null });
      }
      activity.active(userId);
      return () => disconnected(userId, person);
    },
    active: (userId) => {
      if (people.has(userId)) activity.active(userId);
    },
    isIdle: activity.isIdle,
    onlineAmong: async (userIds) => new Set(userIds.filter((userId) => people.has(userId))),
    subscribe: (listener) => {
      listeners.push(listener);
    },
    subscribeIdle: (listener) => {
      idleListeners.push(listener);
    },
    close: () => {
      activity.close();
      for (const { stopTimer } of people.values()) stopTimer?.();
      people.clear();
    },
  };
}
