import type { DownFrame, OperationName } from '@parley/protocol/wire';
import { type RawData, WebSocket } from 'ws';
import type { Answer } from '../../support/answer.js';

/** A frame as it came, and what it answers when it answers something. */
export interface TappedFrame {
  readonly text: string;
  /** The call it answers, as it was sent. */
  readonly call: string | undefined;
}

/** A socket that hands out the bytes of every frame it gets, greetings and pings included, beside serving calls. */
export class TappedSocket {
  readonly #socket: WebSocket;
  readonly #onFrame: (frame: TappedFrame) => void;
  readonly #calls = new Map<string, { readonly text: string; readonly settle: (answer: Answer) => void }>();
  #welcome: () => void = () => {};
  #count = 0;

  private constructor(socket: WebSocket, onFrame: (frame: TappedFrame) => void) {
    this.#socket = socket;
    this.#onFrame = onFrame;
    socket.on('message', (data: RawData) => this.#receive(data.toString()));
    socket.on('error', () => {});
  }

  /** Opens a socket and says hello; rejects when it closes before it is welcome. */
  static enter(url: string, token: string, onFrame: (frame: TappedFrame) => void): Promise<TappedSocket> {
    const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/v1/socket`, { perMessageDeflate: false });
    const tapped = new TappedSocket(socket, onFrame);
    return new Promise((resolve, reject) => {
      tapped.#welcome = () => resolve(tapped);
      socket.once('open', () => tapped.#send({ type: 'hello', protocol: 1, token }));
      socket.once('close', (code) => reject(new Error(`closed with ${code} before it was welcome`)));
    });
  }

  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  /** Listens to these conversations. */
  setOpen(conversationIds: readonly string[]): void {
    this.#send({ type: 'open', conversationIds });
  }

  call(operation: OperationName, input: object, opId?: string): Promise<Answer> {
    this.#count += 1;
    const id = `c${this.#count}`;
    const frame = { type: 'call', id, operation, input, ...(opId === undefined ? {} : { opId }) };
    return new Promise((resolve, reject) => {
      if (!this.isOpen) return reject(new Error('the socket is closed'));
      this.#calls.set(id, { text: JSON.stringify(frame), settle: resolve });
      this.#socket.once('close', () => reject(new Error(`closed before ${operation} was answered`)));
      this.#socket.setMaxListeners(0);
      this.#send(frame);
    });
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#socket.once('close', resolve));
    this.#socket.close();
    await closed;
  }

  #send(frame: object): void {
    this.#socket.send(JSON.stringify(frame));
  }

  #receive(text: string): void {
    // Every frame of the server is JSON of the protocol; what it holds is for the test to judge.
    const frame = JSON.parse(text) as DownFrame;
    const id = frame.type === 'result' || frame.type === 'error' ? frame.id : undefined;
    const call = id === undefined ? undefined : this.#calls.get(id);
    this.#onFrame({ text, call: call?.text });
    if (frame.type === 'ping') this.#send({ type: 'pong' });
    if (frame.type === 'welcome') this.#welcome();
    if (call === undefined || id === undefined) return;
    this.#calls.delete(id);
    if (frame.type === 'result') call.settle({ ok: true, result: frame.result });
    if (frame.type === 'error') call.settle({ ok: false, error: frame.error });
  }
}
