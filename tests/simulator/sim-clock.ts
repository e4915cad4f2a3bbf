import type { Clock } from '@parley/client-sdk/testing';

/** The time of a run: it stands until it is moved, and everything that can happen at one moment happens before the next. */
export interface SimClock extends Clock {
  /** Moves time, calling back what falls due in its order. */
  readonly advance: (ms: number) => Promise<void>;
}

interface Timer {
  readonly at: number;
  readonly number: number;
  readonly callback: () => void;
}

/** @param startMs  milliseconds since 1970 */
export function createSimClock(startMs: number): SimClock {
  let now = startMs;
  let count = 0;
  const timers = new Set<Timer>();
  const next = (until: number): Timer | undefined => {
    let first: Timer | undefined;
    for (const timer of timers)
      if (timer.at <= until && (first === undefined || isBefore(timer, first))) first = timer;
    return first;
  };
  return {
    now: () => now,
    after: (ms, callback) => {
      count += 1;
      const timer = { at: now + Math.max(0, ms), number: count, callback };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    advance: async (ms) => {
      const end = now + ms;
      for (;;) {
        await settle();
        const timer = next(end);
        if (timer === undefined) break;
        timers.delete(timer);
        now = Math.max(now, timer.at);
        timer.callback();
      }
      now = end;
    },
  };
}

function isBefore(one: Timer, other: Timer): boolean {
  return one.at === other.at ? one.number < other.number : one.at < other.at;
}

/** The event loop comes round when every promise that was ready has run. No time passes that anybody here could see. */
function settle(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}
