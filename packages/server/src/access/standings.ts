/**
 * Remembers for five seconds that a session lives, so that a REST call costs no query of its own and yet nobody who was logged out or disabled gets
 * through for longer. On the node where that happened they are forgotten at once.
 */
import { ParleyError, type SessionId, type UserId } from '@parley/protocol';
import type { Clock } from '../lib/clock.js';
import type { ClaimedSession } from './live-sessions.store.js';

export interface Standings {
  /** Throws `session_revoked` for a session that has ended, or whose person is disabled. */
  requireLive(session: ClaimedSession): Promise<void>;
  /** Asks again about these people. */
  forget(userIds: readonly UserId[]): void;
}

export interface StandingsOptions {
  readonly isLive: (session: ClaimedSession) => Promise<boolean>;
  readonly clock: Pick<Clock, 'now'>;
  /** @default 10000 */
  readonly maxEntries?: number;
}

const knownMs = 5000;

interface Known {
  readonly userId: UserId;
  readonly until: number;
  /** Under way or answered: who asks meanwhile waits for the same answer, unless it was forgotten. */
  readonly isLive: Promise<boolean>;
}

export function createStandings({ isLive, clock, maxEntries = 10_000 }: StandingsOptions): Standings {
  const known = new Map<SessionId, Known>();
  const ask = (session: ClaimedSession): Known => {
    const { userId, sessionId } = session;
    const asked: Known = { userId, until: clock.now() + knownMs, isLive: isLive(session) };
    known.delete(sessionId);
    known.set(sessionId, asked);
    asked.isLive.catch(() => {
      if (known.get(sessionId) === asked) known.delete(sessionId);
    });
    for (const [oldest] of known) {
      if (known.size <= maxEntries) break;
      known.delete(oldest);
    }
    return asked;
  };
  return {
    requireLive: async (session) => {
      const before = known.get(session.sessionId);
      const isFresh = before !== undefined && before.userId === session.userId && before.until > clock.now();
      const { isLive: answer } = isFresh ? before : ask(session);
      if (!(await answer)) throw new ParleyError('session_revoked');
    },
    forget: (userIds) => {
      if (userIds.length === 0) return;
      const gone = new Set(userIds);
      for (const [sessionId, { userId }] of known) if (gone.has(userId)) known.delete(sessionId);
    },
  };
}
