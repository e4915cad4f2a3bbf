/**
 * Everything the client takes from its surroundings. Time, randomness, network and storage come in here and nowhere else, so a test
 * drives them and the same code runs in browsers, Node and workers.
 */
export interface Platform {
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  readonly openSocket: (url: string, handlers: SocketHandlers) => Socket;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Calls back once after `ms`; returns its undoing. */
  readonly after: (ms: number, callback: () => void) => () => void;
  /** At least 0, below 1. */
  readonly random: () => number;
  /** Fills the array with random bytes. */
  readonly randomBytes: (bytes: Uint8Array) => void;
  /** True only when the system knows that there is no network at all. */
  readonly isOffline: () => boolean;
  /** Tells when the network comes or goes and when the page is looked at again; returns its undoing. */
  readonly watch: (listener: (signal: Nudge) => void) => () => void;
  /** Runs while no other tab of this origin runs under the same name. */
  readonly withLock: <T>(name: string, run: () => Promise<T>) => Promise<T>;
  /** Takes a name for as long as this page lives, or until what it returns is called. */
  readonly holdName: (name: string) => Promise<() => void>;
  /** True while some living page of this origin holds the name; false where pages cannot know of each other. */
  readonly isNameHeld: (name: string) => Promise<boolean>;
  readonly storage: KeyValueStorage;
  /** Tells when another tab changed the storage; returns its undoing. */
  readonly watchStorage: (listener: (key: string | null) => void) => () => void;
  /** Where an error of the application's listener goes: to the global handler, never back into the client. */
  readonly reportError: (error: unknown) => void;
}

export type Nudge = 'online' | 'offline' | 'visible';

export interface Socket {
  readonly send: (text: string) => void;
  /** Ends the connection without waiting for the peer. */
  readonly close: () => void;
}

export interface SocketHandlers {
  readonly opened: () => void;
  readonly received: (text: string) => void;
  /** Called once, also when opening failed; 1006 where there was no close frame. */
  readonly closed: (code: number, reason: string) => void;
}

/** As `localStorage`. */
export interface KeyValueStorage {
  readonly getItem: (key: string) => string | null;
  readonly setItem: (key: string, value: string) => void;
  readonly removeItem: (key: string) => void;
}
