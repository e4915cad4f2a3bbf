/**
 * When the statuses end that somebody here looks at: one timer, for the earliest of them.
 *
 * Whether one is over is the database's to say, whose clock may be behind: whoever is told of an end reads it again, and notes it again if it is still to come.
 */
import type { UserId } from '@parley/protocol';
import type { Clock } from '../../lib/clock.js';

/** Longer than a timer can be, a look in between. */
const longestMs = 24 * 3_600_000;

export interface StatusEnds {
  /** What was read of somebody who is looked at: ISO 8601, null for a status that stays or for none. */
  note(userId: UserId, until: string | null): void;
  /** Nobody here looks at them any more. */
  drop(userId: UserId): void;
  close(): void;
}

export interface StatusEndsOptions {
  readonly onEnd: (userId: UserId) => void;
  readonly clock: Clock;
}

export function createStatusEnds({ onEnd, clock }: StatusEndsOptions): StatusEnds {
  const endOf = new Map<UserId, number>();
  let stopTimer: (() => void) | undefined;
  let timerAt = Number.POSITIVE_INFINITY;

  const wait = (): void => {
    const earliest = Math.min(...endOf.values());
    if (earliest === timerAt) return;
    stopTimer?.();
    stopTimer = undefined;
    timerAt = earliest;
    if (!Number.isFinite(earliest)) return;
    stopTimer = clock.after(Math.min(longestMs, Math.max(0, earliest - clock.now())), () => {
      stopTimer = undefined;
      timerAt = Number.POSITIVE_INFINITY;
      for (const [userId, at] of endOf)
        if (at <= clock.now()) {
          endOf.delete(userId);
          onEnd(userId);
        }
      wait();
    });
  };

  return {
    note: (userId, until) => {
      if (until === null) endOf.delete(userId);
      else endOf.set(userId, Date.parse(until));
      wait();
    },
    drop: (userId) => {
      if (endOf.delete(userId)) wait();
    },
    close: () => {
      endOf.clear();
      wait();
    },
  };
}
