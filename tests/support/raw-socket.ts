import type { Duplex } from 'node:stream';
import type {
  DownFrame,
  Head,
  HelloFrame,
  OperationName,
  PingFrame,
  WelcomeFrame,
} from '@parley/protocol/wire';
import { type RawData, WebSocket } from 'ws';
import type { Answer } from './answer.js';

export interface Closed {
  readonly code: number;
  readonly reason: string;
}

export interface Entered {
  readonly heads: ReadonlyMap<string, number>;
  readonly welcome: WelcomeFrame;
}

interface Waiter {
  readonly wants: (frame: DownFrame) => boolean;
  readonly take: (frame: DownFrame) => void;
  readonly give: (reason: Error) => void;
}

/** Why a call has no answer: its outcome is unknown. */
export class SocketGoneError extends Error {
  override readonly name = 'SocketGoneError';
}

const patienceMs = 10_000;

/**
 * A socket with nothing between the test and the wire. Frames wait in the order they came until somebody asks for one; pings are answered
 * unless the test says otherwise.
 */
export class RawSocket {
  readonly #socket: WebSocket;
  readonly #frames: DownFrame[] = [];
  readonly #waiters = new Set<Waiter>();
  #listener: ((frame: DownFrame) => void) | undefined;
  #calls = 0;
  #pinged: (ping: PingFrame) => void = () => {};
  #tcp: Duplex | undefined;
  /** Resolves with the code and reason of the close, never rejects. */
  readonly closed: Promise<Closed>;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data: RawData) => this.#receive(data));
    socket.on('error', () => {});
    socket.once('upgrade', (response) => {
      this.#tcp = response.socket;
    });
    this.closed = new Promise((resolve) => {
      socket.once('close', (code, reason) => {
        for (const waiter of this.#waiters)
          waiter.give(new SocketGoneError(`closed with ${code}: ${reason}`));
        resolve({ code, reason: reason.toString() });
      });
    });
  }

  /** Opens a socket at a server's `http` address. Rejects when the upgrade is refused. */
  static open(url: string, headers: Readonly<Record<string, string>> = {}): Promise<RawSocket> {
    const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/v1/socket`, {
      headers,
      perMessageDeflate: false,
    });
    const raw = new RawSocket(socket);
    return new Promise((resolve, reject) => {
      socket.once('open', () => resolve(raw));
      socket.once('error', reject);
    });
  }

  /** Opens a socket and says hello. Rejects when the server does not welcome. */
  static async enter(
    url: string,
    token: string,
    resume?: HelloFrame['resume'],
  ): Promise<RawSocket & { entered: Entered }> {
    const socket = await RawSocket.open(url);
    const entered = await socket.hello(token, resume);
    return Object.assign(socket, { entered });
  }

  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  async hello(token: string, resume?: HelloFrame['resume']): Promise<Entered> {
    this.send({ type: 'hello', protocol: 1, token, ...(resume === undefined ? {} : { resume }) });
    const heads = new Map<string, number>();
    for (;;) {
      const frame = await this.next(({ type }) => type === 'heads' || type === 'welcome' || type === 'error');
      if (frame.type === 'heads')
        for (const [id, seq] of frame.heads satisfies readonly Head[]) heads.set(id, seq);
      if (frame.type === 'welcome') return { heads, welcome: frame };
      if (frame.type === 'error') throw new Error(`not welcome: ${JSON.stringify(frame.error)}`);
    }
  }

  send(frame: object): void {
    this.sendRaw(JSON.stringify(frame));
  }

  /** Opens these conversations in the place of those before: their events come as they happen, also when a lot does. */
  setOpen(conversationIds: Iterable<string>): void {
    this.send({ type: 'open', conversationIds: [...conversationIds] });
  }

  /** A string leaves as a text frame, bytes as a binary one unless told otherwise; a piece of one with `fin: false`. */
  sendRaw(
    data: string | Uint8Array,
    options: { readonly binary?: boolean; readonly fin?: boolean } = {},
  ): void {
    this.#socket.send(data, options);
  }

  /** Bytes past the WebSocket protocol, straight into the TCP stream. */
  sendBytes(bytes: Uint8Array): void {
    this.#tcp?.write(bytes);
  }

  /** The first frame that fits and nobody took yet. Rejects when the socket closes first, or after ten seconds. */
  next(wants: (frame: DownFrame) => boolean = () => true): Promise<DownFrame> {
    const index = this.#frames.findIndex(wants);
    const [ready] = index === -1 ? [] : this.#frames.splice(index, 1);
    if (ready !== undefined) return Promise.resolve(ready);
    if (!this.isOpen) return Promise.reject(new SocketGoneError('the socket is closed'));
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => waiter.give(new Error(`no such frame came within ${patienceMs} ms`)),
        patienceMs,
      );
      const end = () => {
        clearTimeout(timer);
        this.#waiters.delete(waiter);
      };
      const waiter: Waiter = {
        wants,
        take: (frame) => {
          end();
          resolve(frame);
        },
        give: (reason) => {
          end();
          reject(reason);
        },
      };
      this.#waiters.add(waiter);
    });
  }

  /** From now on frames nobody waits for go to the listener instead of the queue; those in the queue go first. */
  listen(listener: (frame: DownFrame) => void): void {
    for (const frame of this.#frames.splice(0)) listener(frame);
    this.#listener = listener;
  }

  /** Calls an operation. Rejects with {@link SocketGoneError} when the socket closes before the answer. */
  async call(operation: OperationName, input: object = {}, opId?: string): Promise<Answer> {
    this.#calls += 1;
    const id = `c${this.#calls}`;
    const answer = this.next(
      (frame) => (frame.type === 'result' || frame.type === 'error') && frame.id === id,
    );
    this.send({ type: 'call', id, operation, input, ...(opId === undefined ? {} : { opId }) });
    const frame = await answer;
    if (frame.type === 'result') return { ok: true, result: frame.result };
    if (frame.type === 'error') return { ok: false, error: frame.error };
    throw new Error(`a ${frame.type} frame answered a call`);
  }

  /** Whether such a frame came that nobody took yet. */
  has(wants: (frame: DownFrame) => boolean): boolean {
    return this.#frames.some(wants);
  }

  /** The next ping; it was answered before. */
  nextPing(): Promise<PingFrame> {
    return new Promise((resolve) => {
      this.#pinged = resolve;
    });
  }

  async close(): Promise<void> {
    this.#socket.close();
    await this.closed;
  }

  #receive(data: RawData): void {
    // Every frame of the server is JSON; what it holds is for the test to judge.
    const frame = JSON.parse(data.toString()) as DownFrame;
    if (frame.type === 'ping') {
      this.send({ type: 'pong' });
      return this.#pinged(frame);
    }
    for (const waiter of this.#waiters) if (waiter.wants(frame)) return waiter.take(frame);
    if (this.#listener === undefined) this.#frames.push(frame);
    else this.#listener(frame);
  }
}
