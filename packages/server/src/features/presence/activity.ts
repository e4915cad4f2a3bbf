/**
 * Who of those connected here is doing something, and who has only left a page open.
 *
 * - A person is idle once none of their sockets here showed anything of them for five minutes. Coming is showing; a reload is as well.
 * - What apps send by themselves shows nothing: answers to pings, fresh tokens, what they catch up with, that something arrived.
 * - Idleness is noticed within fifteen seconds, its end at once.
 */
import type { OperationName, UserId } from '@parley/protocol';
import type { Clock } from '../../lib/clock.js';

const idleAfterMs = 5 * 60_000;
const lookEveryMs = 15_000;

const byThemselves: ReadonlySet<string> = new Set<OperationName>([
  'markDelivered',
  'sync',
  'listChanges',
  'watchPresence',
  'listPresence',
]);

/** Whether a call shows that somebody is there. */
export function showsSomebody(operation: string): boolean {
  return !byThemselves.has(operation);
}

export interface Activity {
  /** They did something, or came. */
  active(userId: UserId): void;
  /** They are not here any more. */
  gone(userId: UserId): void;
  isIdle(userId: UserId): boolean;
  close(): void;
}

export interface ActivityOptions {
  /** Somebody became idle, or is so no more. */
  readonly onChange: (userId: UserId) => void;
  readonly clock: Clock;
}

export function createActivity({ onChange, clock }: ActivityOptions): Activity {
  const lastAt = new Map<UserId, number>();
  const idle = new Set<UserId>();
  const look = (): void => {
    const before = clock.now() - idleAfterMs;
    for (const [userId, at] of lastAt)
      if (at <= before && !idle.has(userId)) {
        idle.add(userId);
        onChange(userId);
      }
  };
  let stop: (() => void) | undefined;
  /** Nobody is watched over while nobody is here. */
  const stopLooking = (): void => {
    stop?.();
    stop = undefined;
  };
  return {
    active: (userId) => {
      lastAt.set(userId, clock.now());
      stop ??= clock.every(lookEveryMs, look);
      if (idle.delete(userId)) onChange(userId);
    },
    gone: (userId) => {
      lastAt.delete(userId);
      idle.delete(userId);
      if (lastAt.size === 0) stopLooking();
    },
    isIdle: (userId) => idle.has(userId),
    close: stopLooking,
  };
}
