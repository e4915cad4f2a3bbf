/** Time as a dependency, so that tests drive it. */
export interface Clock {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Calls back every `ms`, without keeping the process alive; returns its undoing. */
  readonly every: (ms: number, callback: () => void) => () => void;
  /** Calls back once after `ms`, without keeping the process alive; returns its undoing. */
  readonly after: (ms: number, callback: () => void) => () => void;
}

export const systemClock: Clock = {
  now: Date.now,
  every: (ms, callback) => {
    const timer = setInterval(callback, ms).unref();
    return () => clearInterval(timer);
  },
  after: (ms, callback) => {
    const timer = setTimeout(callback, ms).unref();
    return () => clearTimeout(timer);
  },
};
