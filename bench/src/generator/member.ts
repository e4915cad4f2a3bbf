import { type Dialect, type FrameView, messageId, type Reading } from './dialects.js';
import type { MemberLedger, TargetMember } from './messages.js';
import { openRawSocket, type RawSocket } from './raw-socket.js';

export interface MemberEvents {
  readonly onAck: (member: Member, index: number) => void;
  readonly onDelivery: (member: Member, index: number) => void;
  readonly onError: (text: string) => void;
}

/** One person on one socket. Keeps the account of what arrived: how often, what, and in which order. */
export class Member {
  readonly conversation: number;
  readonly #conversationId: string;
  readonly #dialect: Dialect;
  readonly #events: MemberEvents;
  /** Both are used again for every frame: there are some hundred thousand a second. */
  readonly #frame: FrameView = { buffer: Buffer.alloc(0), start: 0, end: 0 };
  readonly #reading: Reading = { kind: 'other', index: -1, seq: -1 };
  #socket: RawSocket | undefined;
  #onReady = () => {};
  #deliveries = 0;
  #deliverySum = 0;
  #orderHash = 0;
  #baseSeq = -1;
  #lastSeq = -1;
  #misplaced = 0;

  constructor(
    conversation: number,
    options: { conversationId: string; dialect: Dialect; events: MemberEvents },
  ) {
    this.conversation = conversation;
    this.#conversationId = options.conversationId;
    this.#dialect = options.dialect;
    this.#events = options.events;
  }

  /** Connects and resolves once the server has let the member in. */
  async connect(port: number, { token }: TargetMember): Promise<void> {
    const ready = new Promise<void>((resolve) => {
      this.#onReady = resolve;
    });
    const lost = new Promise<never>((_resolve, reject) => {
      const onLost = (reason: string): void => {
        this.#events.onError(`a socket was lost: ${reason}`);
        reject(new Error(reason));
      };
      const onText = this.#receive.bind(this);
      void openRawSocket(port, this.#dialect.path, { onText, onLost }).then((socket) => {
        this.#socket = socket;
        socket.send(this.#dialect.greeting(token));
      }, reject);
    });
    // Once ready a loss is counted by onError; nobody waits for this promise any more.
    lost.catch(() => {});
    await Promise.race([ready, lost]);
  }

  /** Sends the message that is the generator's `index`th. */
  send(index: number, run: string): void {
    const id = messageId(index, Date.now(), run);
    this.#socket?.send(this.#dialect.message(index, id, this.#conversationId));
  }

  close(): void {
    this.#socket?.close();
  }

  get deliveries(): number {
    return this.#deliveries;
  }

  get ledger(): MemberLedger {
    return {
      conversation: this.conversation,
      deliveries: this.#deliveries,
      deliverySum: this.#deliverySum,
      orderHash: this.#orderHash,
      baseSeq: this.#baseSeq,
      lastSeq: this.#lastSeq,
      misplaced: this.#misplaced,
    };
  }

  #receive(buffer: Buffer, start: number, end: number): void {
    const reading = this.#reading;
    this.#frame.buffer = buffer;
    this.#frame.start = start;
    this.#frame.end = end;
    this.#dialect.read(this.#frame, reading);
    switch (reading.kind) {
      case 'event':
        return this.#take(reading);
      case 'ack':
        return this.#events.onAck(this, reading.index);
      case 'ping':
        return this.#socket?.send(this.#dialect.pong);
      case 'cursor':
        this.#baseSeq = reading.seq;
        this.#lastSeq = reading.seq;
        return;
      case 'ready': {
        const opening = this.#dialect.opening(this.#conversationId);
        if (opening !== undefined) this.#socket?.send(opening);
        return this.#onReady();
      }
      case 'passing':
        return;
      case 'error':
      case 'other': {
        const text = buffer.toString('utf8', start, end);
        // Engine.IO's own opening is neither.
        if (!text.startsWith('0{')) this.#events.onError(`a frame nobody expected: ${text.slice(0, 300)}`);
        return;
      }
      default:
        reading.kind satisfies never;
    }
  }

  #take({ index, seq }: Reading): void {
    this.#deliveries += 1;
    this.#deliverySum = (this.#deliverySum + hashOf(index)) >>> 0;
    this.#orderHash = (Math.imul(this.#orderHash, 31) + hashOf(index)) >>> 0;
    if (seq !== -1) {
      if (seq !== this.#lastSeq + 1) this.#misplaced += 1;
      this.#lastSeq = seq;
    }
    this.#events.onDelivery(this, index);
  }
}

/** Spreads the bits of a count, so that sums of different sets differ. */
export function hashOf(index: number): number {
  const mixed = Math.imul(index ^ (index >>> 16), 0x45d9f3b);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}
