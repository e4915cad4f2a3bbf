/**
 * Looks again at people whose sessions, memberships or own logs changed somewhere, and brings their sockets here in line.
 *
 * - Only people with sockets here are asked about, a hundred in one statement; who is named while a statement is under way comes into the next.
 * - A failed look is repeated, with growing pauses, for the same people: a revoked session must not stay because a query timed out.
 * - Who is on the way in has no socket yet, and what they are told may have been read before the change: they are looked at once they are in.
 * - The hub records from before the statement on, so what the log said since counts more than what was read.
 */
import type { UserId } from '@parley/protocol';
import type { Database } from '../db/database.js';
import type { Hub } from '../fanout/hub.js';
import type { Clock } from '../lib/clock.js';
import { readUserStandings } from './touched-users.js';

export interface UserCheck {
  /** Looks at these people soon. Never throws. */
  check(userIds: Iterable<UserId>): void;
  /**
   * Somebody is about to read what they begin with. To be called before that; what it returns once they are in the hub, or will not be: if something
   * happened to them meanwhile they are looked at again. That may be called more than once.
   */
  arriving(userId: UserId): () => void;
  close(): void;
}

export interface UserCheckOptions {
  readonly database: Database;
  readonly hub: Hub;
  readonly clock: Clock;
  readonly onChecked: (people: number) => void;
  readonly onError: (error: unknown) => void;
}

/** Somebody on the way in. */
interface Arrival {
  readonly userId: UserId;
  isTouched: boolean;
}

const peopleAtOnce = 100;
const retryMs = { first: 100, most: 2000 };

export function createUserCheck(options: UserCheckOptions): UserCheck {
  const { hub, clock } = options;
  const waiting = new Set<UserId>();
  const arrivals = new Set<Arrival>();
  let isRunning = false;
  let isClosed = false;

  const run = async (): Promise<void> => {
    let failures = 0;
    while (waiting.size > 0 && !isClosed) {
      const userIds = [...waiting].slice(0, peopleAtOnce);
      for (const userId of userIds) waiting.delete(userId);
      try {
        await look(options, userIds);
        failures = 0;
      } catch (error) {
        if (failures === 0) options.onError(error);
        for (const userId of userIds) waiting.add(userId);
        const pauseMs = Math.min(retryMs.most, retryMs.first * 2 ** failures);
        failures += 1;
        await new Promise<void>((resolve) => clock.after(pauseMs, resolve));
      }
    }
    isRunning = false;
  };

  const check = (userIds: Iterable<UserId>): void => {
    const touched = new Set(userIds);
    for (const userId of touched) if (hub.subscribersOf(userId).size > 0) waiting.add(userId);
    for (const arrival of arrivals) if (touched.has(arrival.userId)) arrival.isTouched = true;
    if (isRunning || isClosed || waiting.size === 0) return;
    isRunning = true;
    void run();
  };

  return {
    check,
    arriving: (userId) => {
      const arrival: Arrival = { userId, isTouched: false };
      arrivals.add(arrival);
      return () => {
        if (arrivals.delete(arrival) && arrival.isTouched) check([userId]);
      };
    },
    close: () => {
      isClosed = true;
    },
  };
}

async function look(
  { database, hub, onChecked }: UserCheckOptions,
  userIds: readonly UserId[],
): Promise<void> {
  const subscribers = userIds.flatMap((userId) => [...hub.subscribersOf(userId)]);
  if (subscribers.length === 0) return;
  const recording = hub.record();
  try {
    const { liveSessionIds, standings, userSeqs } = await readUserStandings(database.kysely, {
      userIds,
      sessions: subscribers,
    });
    for (const subscriber of subscribers)
      if (!liveSessionIds.has(subscriber.sessionId)) hub.revoke(subscriber.userId, subscriber.sessionId);
      else {
        recording.reconcile(subscriber, standings.get(subscriber.userId) ?? []);
        subscriber.writeOwnHead(userSeqs.get(subscriber.userId) ?? 0);
      }
    onChecked(userIds.length);
  } finally {
    recording.discard();
  }
}
