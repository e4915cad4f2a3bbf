/** Surroundings a test drives: time stands until it is moved, sockets are told what to say. Tests only. */
import { memoryStorage } from '../platform/memory-storage.js';
import type { Nudge, Platform, SocketHandlers } from '../platform/platform.js';
import { fakeClock } from './fake-clock.js';

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
    holdName: async () => () => {},
    isNameHeld: async () => false,
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

/** An answer of `fetch`. */
export function jsonResponse(status: number, body?: unknown): Response {
  return new Response(body === undefined ? null : JSON.stringify(body), { status });
}
