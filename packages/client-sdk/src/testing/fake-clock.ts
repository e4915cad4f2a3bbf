/** Time that stands until it is moved. */
export interface FakeClock {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Calls back once after `ms`; returns its undoing. */
  readonly after: (ms: number, callback: () => void) => () => void;
  /** Moves time, calling what falls due in order and letting promises run between. */
  readonly advance: (ms: number) => Promise<void>;
  /** Lets promises that are ready run. */
  readonly settle: () => Promise<void>;
}

/** @param startMs  milliseconds since 1970 */
export function fakeClock(startMs = 1_000_000): FakeClock {
  let now = startMs;
  let timers: { readonly at: number; readonly callback: () => void }[] = [];
  const settle = async () => {
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
  };
  return {
    now: () => now,
    settle,
    after: (ms, callback) => {
      const timer = { at: now + ms, callback };
      timers.push(timer);
      return () => {
        timers = timers.filter((each) => each !== timer);
      };
    },
    advance: async (ms) => {
      const end = now + ms;
      for (;;) {
        await settle();
        const next = timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
        if (next === undefined) break;
        timers = timers.filter((each) => each !== next);
        now = next.at;
        next.callback();
      }
      now = end;
      await settle();
    },
  };
}
