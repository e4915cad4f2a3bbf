/** Surroundings a test drives: time stands until it is moved, sockets are told what to say. Tests only. */
import { memoryStorage } from '../platform/memory-storage.js';
import type { Nudge, Platform, SocketHandlers } from '../platform/platform.js';

export interface FakeSocket {
  readonly url: string;
  readonly sent: Record<string, unknown>[];
  readonly handlers: SocketHandlers;
  isClosed: boolean;
}

export interface FakePlatform extends Platform {
  readonly sockets: FakeSocket[];
  readonly errors: unknown[];
  /** Moves time, calling what falls due in order. */
  readonly advance: (ms: number) => Promise<void>;
  readonly nudge: (signal: Nudge) => void;
  readonly changeStorage: (key: string | null) => void;
  /** Lets promises that are ready run. */
  readonly settle: () => Promise<void>;
  setOffline: (isOffline: boolean) => void;
}

export function fakePlatform(overrides: Partial<Platform> = {}): FakePlatform {
  const sockets: FakeSocket[] = [];
  const errors: unknown[] = [];
  const watchers = new Set<(signal: Nudge) => void>();
  const storageWatchers = new Set<(key: string | null) => void>();
  const clock = fakeClock();
  let isOffline = false;
  let bytes = 0;
  return {
    sockets,
    errors,
    now: clock.now,
    after: clock.after,
    advance: clock.advance,
    settle: clock.settle,
    random: () => 0.5,
    randomBytes: (array) => {
      bytes += 1;
      array.fill(bytes);
    },
    isOffline: () => isOffline,
    setOffline: (value) => {
      isOffline = value;
    },
    nudge: (signal) => {
      for (const watcher of watchers) watcher(signal);
    },
    changeStorage: (key) => {
      for (const watcher of storageWatchers) watcher(key);
    },
    watch: (listener) => {
      watchers.add(listener);
      return () => void watchers.delete(listener);
    },
    watchStorage: (listener) => {
      storageWatchers.add(listener);
      return () => void storageWatchers.delete(listener);
    },
    withLock: (_name, run) => run(),
    storage: memoryStorage(),
    reportError: (error) => void errors.push(error),
    fetch: () => Promise.reject(new TypeError('no network in this test')),
    openSocket: (url, handlers) => {
      const socket: FakeSocket = { url, sent: [], handlers, isClosed: false };
      sockets.push(socket);
      return {
        send: (text) => void socket.sent.push(JSON.parse(text)),
        close: () => {
          socket.isClosed = true;
        },
      };
    },
    ...overrides,
  };
}

function fakeClock() {
  let now = 1_000_000;
  let timers: { readonly at: number; readonly callback: () => void }[] = [];
  const settle = async () => {
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
  };
  return {
    now: () => now,
    settle,
    after: (ms: number, callback: () => void) => {
      const timer = { at: now + ms, callback };
      timers.push(timer);
      return () => {
        timers = timers.filter((each) => each !== timer);
      };
    },
    advance: async (ms: number) => {
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

/** An answer of `fetch`. */
export function jsonResponse(status: number, body?: unknown): Response {
  return new Response(body === undefined ? null : JSON.stringify(body), { status });
}
