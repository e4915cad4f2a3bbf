/**
 * The network between clients and a test server: each client gets a `fetch` and an `openSocket` of its own, and the test says what becomes of what is sent.
 *
 * - Every request, answer and frame takes the latency, and arrives in its order unless `reorder` says otherwise.
 * - A partition holds nothing back for later: what is sent into it is lost, a request into it never gets an answer, and an open socket stays open without
 *   a word from the direction that is cut, as a half-open one does. Both sides find out by their own timers.
 * - A lost response is lost after the effect. A cut ends sockets at once and both sides hear of it.
 * - Chances are drawn from the injected `random`, so a seed decides all of them; what was injected is counted.
 */
import type { Socket, SocketHandlers } from '../platform/platform.js';
import type { Clock } from './clock.js';
import type { TestServer } from './test-server.js';

export interface TestNetworkOptions {
  readonly server: Pick<TestServer, 'fetch' | 'openSocket'>;
  readonly clock: Clock;
  /** At least 0, below 1. */
  readonly random: () => number;
}

/** What happens to a client's traffic. Chances are at least 0 and at most 1. */
export interface Faults {
  /** Each way, in milliseconds; a pair for anything between the two. @default 0 */
  readonly latencyMs: number | readonly [number, number];
  /** Which way nothing gets through. `null`: none. @default null */
  readonly partition: 'both' | 'up' | 'down' | null;
  /** That a request is carried out and its answer is lost: `fetch` rejects. @default 0 */
  readonly loseResponse: number;
  /** That a frame of the server comes twice. @default 0 */
  readonly double: number;
  /** That a frame of the server comes after the next one. @default 0 */
  readonly reorder: number;
  /** That a frame, in either direction, is the last of its socket and does not arrive: both sides hear of the end. @default 0 */
  readonly cut: number;
}

/** How often each fault has struck. */
export type FaultCounts = { -readonly [Fault in keyof Omit<Faults, 'latencyMs'>]: number };

export interface TestLine {
  readonly fetch: TestServer['fetch'];
  readonly openSocket: TestServer['openSocket'];
  /** Changes what is named from now on, for open sockets as well. */
  readonly set: (faults: Partial<Faults>) => void;
  /** Makes everything right again. */
  readonly heal: () => void;
  /** Ends this client's sockets now, without a close frame. */
  readonly cutAll: () => void;
}

export interface TestNetwork {
  /** A line for one client, without faults. */
  readonly connect: () => TestLine;
  /** Of all lines together. */
  readonly counts: Readonly<FaultCounts>;
}

const noFaults: Faults = { latencyMs: 0, partition: null, loseResponse: 0, double: 0, reorder: 0, cut: 0 };
const noCloseFrame = 1006;

export function createTestNetwork(options: TestNetworkOptions): TestNetwork {
  const counts: FaultCounts = { partition: 0, loseResponse: 0, double: 0, reorder: 0, cut: 0 };
  return { counts, connect: () => createLine(options, counts) };
}

interface Wire extends TestNetworkOptions {
  /** Draws whether a fault strikes, and counts it. */
  readonly strikes: (fault: 'loseResponse' | 'double' | 'reorder' | 'cut') => boolean;
  /** Whether what is sent this way is lost, and counts it. */
  readonly isCutOff: (way: 'up' | 'down') => boolean;
  /** How long it takes one way. */
  readonly latency: () => number;
}

function createLine(options: TestNetworkOptions, counts: FaultCounts): TestLine {
  let faults = noFaults;
  const sockets = new Set<LineSocket>();
  const wire: Wire = {
    ...options,
    strikes: (fault) => {
      if (faults[fault] === 0 || options.random() >= faults[fault]) return false;
      counts[fault] += 1;
      return true;
    },
    isCutOff: (way) => {
      if (faults.partition !== 'both' && faults.partition !== way) return false;
      counts.partition += 1;
      return true;
    },
    latency: () => {
      const { latencyMs } = faults;
      if (typeof latencyMs === 'number') return latencyMs;
      const [least, most] = latencyMs;
      return least + options.random() * (most - least);
    },
  };
  return {
    fetch: (url, init) => fetchOver(wire, url, init),
    openSocket: (url, handlers) => {
      const socket = new LineSocket(wire, handlers, () => sockets.delete(socket));
      sockets.add(socket);
      socket.open(url);
      return socket;
    },
    set: (changed) => {
      faults = { ...faults, ...changed };
    },
    heal: () => {
      faults = noFaults;
    },
    cutAll: () => {
      for (const socket of [...sockets]) socket.cut();
    },
  };
}

async function fetchOver(wire: Wire, url: string, init: RequestInit = {}): Promise<Response> {
  const { signal } = init;
  signal?.throwIfAborted();
  await travel(wire, signal);
  if (wire.isCutOff('up')) return never(signal);
  const response = await wire.server.fetch(url, init);
  await travel(wire, signal);
  if (wire.isCutOff('down')) return never(signal);
  if (wire.strikes('loseResponse')) throw new TypeError('the connection was lost');
  return response;
}

/** Takes the latency; without one nothing is waited for. */
function travel({ clock, latency }: Wire, signal: AbortSignal | null | undefined): Promise<void> {
  const ms = latency();
  if (ms === 0) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      stop();
      reject(new DOMException('The request was given up.', 'AbortError'));
    };
    const stop = clock.after(ms, () => {
      signal?.removeEventListener('abort', abort);
      resolve();
    });
    signal?.addEventListener('abort', abort);
  });
}

/** What nobody answers ends when whoever asked gives up. */
function never(signal: AbortSignal | null | undefined): Promise<Response> {
  return new Promise((_resolve, reject) => {
    const abort = (): void => reject(new DOMException('The request was given up.', 'AbortError'));
    if (signal?.aborted) abort();
    signal?.addEventListener('abort', abort);
  });
}

type Way = 'up' | 'down';

class LineSocket implements Socket {
  readonly #wire: Wire;
  readonly #handlers: SocketHandlers;
  readonly #onEnd: () => void;
  readonly #stops = { up: new Set<() => void>(), down: new Set<() => void>() };
  /** When the latest of each way arrives: what is sent later does not come before it. */
  readonly #arrivesAt = { up: 0, down: 0 };
  #server: Socket | undefined;
  /** A frame that lets the next one pass. */
  #held: string | undefined;
  #isOver = false;

  constructor(wire: Wire, handlers: SocketHandlers, onEnd: () => void) {
    this.#wire = wire;
    this.#handlers = handlers;
    this.#onEnd = onEnd;
  }

  open(url: string): void {
    if (this.#wire.isCutOff('up')) return;
    this.#arrive('up', () => {
      this.#server = this.#wire.server.openSocket(url, {
        opened: () => this.#comeDown(() => this.#handlers.opened()),
        received: (text) => this.#receive(text),
        closed: (code, reason) => this.#comeDown(() => this.#end(code, reason)),
      });
    });
  }

  send = (text: string): void => {
    if (this.#isOver || this.#wire.isCutOff('up')) return;
    if (this.#wire.strikes('cut')) return this.cut();
    this.#arrive('up', () => this.#server?.send(text));
  };

  /** The client goes: it hears nothing more. What it sent before arrives, and then the server hears of it, if anything gets through. */
  close = (): void => {
    if (this.#isOver) return;
    this.#finish();
    if (!this.#wire.isCutOff('up')) this.#arrive('up', () => this.#server?.close());
  };

  /** Ends it for both sides at once. */
  cut(): void {
    if (this.#isOver) return;
    this.#stop('up');
    this.#server?.close();
    this.#end(noCloseFrame, '');
  }

  #receive(text: string): void {
    if (this.#isOver || this.#wire.isCutOff('down')) return;
    if (this.#wire.strikes('cut')) return this.cut();
    const held = this.#held;
    this.#held = undefined;
    if (held === undefined && this.#wire.strikes('reorder')) {
      this.#held = text;
      // Where nothing follows, it comes a moment later all the same.
      this.#later('down', { ms: heldMs, callback: () => this.#release(text) });
      return;
    }
    this.#deliver(text);
    if (held !== undefined) this.#deliver(held);
  }

  #release(text: string): void {
    if (this.#held !== text) return;
    this.#held = undefined;
    this.#deliver(text);
  }

  #deliver(text: string): void {
    const times = this.#wire.strikes('double') ? 2 : 1;
    for (let count = 0; count < times; count += 1) this.#arrive('down', () => this.#handlers.received(text));
  }

  #comeDown(callback: () => void): void {
    if (!this.#wire.isCutOff('down')) this.#arrive('down', callback);
  }

  /** Calls back after the latency, and not before what was sent this way earlier. */
  #arrive(way: Way, callback: () => void): void {
    const { clock, latency } = this.#wire;
    const now = clock.now();
    const at = Math.max(now + latency(), this.#arrivesAt[way]);
    this.#arrivesAt[way] = at;
    if (at > now) this.#later(way, { ms: at - now, callback });
    else callback();
  }

  #later(way: Way, { ms, callback }: { readonly ms: number; readonly callback: () => void }): void {
    const stops = this.#stops[way];
    const stop = this.#wire.clock.after(ms, () => {
      stops.delete(stop);
      callback();
    });
    stops.add(stop);
  }

  #stop(way: Way): void {
    for (const stop of this.#stops[way]) stop();
    this.#stops[way].clear();
  }

  #end(code: number, reason: string): void {
    if (this.#isOver) return;
    this.#finish();
    this.#handlers.closed(code, reason);
  }

  #finish(): void {
    this.#isOver = true;
    this.#stop('down');
    this.#onEnd();
  }
}

const heldMs = 50;
