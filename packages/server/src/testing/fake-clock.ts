import type { Clock } from '../lib/clock.js';

export interface FakeClock extends Clock {
  /** Lets that many milliseconds pass and calls back whatever falls due, in order. */
  advance(ms: number): void;
  /** Timers that are set. */
  readonly pending: number;
}

interface Timer {
  readonly dueAt: number;
  readonly everyMs: number | undefined;
  readonly callback: () => void;
}

/** A clock that stands still until the test moves it. */
export function createFakeClock(startAt = Date.UTC(2026, 0, 1)): FakeClock {
  let now = startAt;
  const timers = new Set<Timer>();
  const set = (ms: number, everyMs: number | undefined, callback: () => void): (() => void) => {
    let current: Timer = { dueAt: now + ms, everyMs, callback };
    const fire = (): void => {
      timers.delete(current);
      if (everyMs !== undefined) {
        current = { dueAt: now + everyMs, everyMs, callback: fire };
        timers.add(current);
      }
      callback();
    };
    current = { ...current, callback: fire };
    timers.add(current);
    return () => timers.delete(current);
  };
  const nextUntil = (until: number): Timer | undefined =>
    [...timers].filter((timer) => timer.dueAt <= until).sort((one, two) => one.dueAt - two.dueAt)[0];
  return {
    now: () => now,
    every: (ms, callback) => set(ms, ms, callback),
    after: (ms, callback) => set(ms, undefined, callback),
    advance: (ms) => {
      const until = now + ms;
      for (let due = nextUntil(until); due !== undefined; due = nextUntil(until)) {
        now = due.dueAt;
        due.callback();
      }
      now = until;
    },
    get pending() {
      return timers.size;
    },
  };
}
