/**
 * A socket as something to write to.
 *
 * - Frames go to the TCP stream as bytes, past `ws`, because an event's frame is encoded once and shared; `ws` itself writes at once too
 *   (compression is off), so the order holds. What one turn writes leaves in one system call.
 * - The stream gets bytes only while it holds less than 64 KiB of them. The rest waits in the queue of outgoing-queue.ts, which gives up what can be
 *   had again. A socket whose peer reads never has anything in the queue, and pays nothing for it.
 * - When the queue has drained, the heads of the conversations whose events were given up are told, and their events are written again.
 * - A peer that takes nothing for ten seconds while something waits is cut as `slow`; it comes back and catches up from the log.
 */
import type { Socket } from 'node:net';
import { type CloseName, type ConversationId, closeCodes, type DownFrame, type Head } from '@parley/protocol';
import type { WebSocket } from 'ws';
import type { Subscriber } from '../../fanout/subscriber.js';
import { encodeTextFrame } from '../../fanout/text-frame.js';
import type { Clock } from '../../lib/clock.js';
import { type Load, OutgoingQueue } from './outgoing-queue.js';

export interface ConnectionOptions {
  readonly socket: WebSocket;
  /** The TCP socket below. */
  readonly stream: Socket;
  readonly clock: Clock;
  /** Seq of the conversation's latest entry as far as it was delivered here; undefined where this socket is not in it any more. */
  readonly headOf: (subscriber: Subscriber, conversationId: ConversationId) => number | undefined;
  readonly onDropped: (dropped: 'signal' | 'event', count: number) => void;
  /** The socket is cut because its peer reads too slowly. */
  readonly onSlow: () => void;
}

/** Bytes the stream may hold before the queue takes over. Above the stream's own mark, so `drain` follows. */
const maxStreamBytes = 64 * 1024;
const noProgressMs = 10_000;
const headsPerFrame = 1000;
const other: Load = { class: 'other' };
const signal: Load = { class: 'signal' };

export class Connection {
  readonly #options: ConnectionOptions;
  readonly #socket: WebSocket;
  readonly #stream: Socket;
  readonly #queue: OutgoingQueue;
  #subscriber: Subscriber | undefined;
  #isCorked = false;
  #stopPatience: (() => void) | undefined;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#socket = options.socket;
    this.#stream = options.stream;
    this.#queue = new OutgoingQueue(options.onDropped);
    this.#stream.on('drain', () => this.#drain());
  }

  get isOpen(): boolean {
    return this.#socket.readyState === this.#socket.OPEN;
  }

  /** Events were given up whose heads were not told yet. */
  get owesHeads(): boolean {
    return this.#queue.isDirty;
  }

  /** Bytes that wait in the queue, those of the stream apart. */
  get queuedBytes(): number {
    return this.#queue.bytes;
  }

  send(frame: DownFrame): void {
    this.#write(other, encodeTextFrame(JSON.stringify(frame)));
  }

  /** Tells heads in as many frames as they take. */
  sendHeads(heads: readonly Head[]): void {
    for (let from = 0; from < heads.length; from += headsPerFrame)
      this.send({ type: 'heads', heads: heads.slice(from, from + headsPerFrame) });
  }

  /** Closes with a code of the table; what waits is dropped. A peer that does not answer, or cannot because it does not read, is cut. */
  close(name: CloseName, reason: { readonly retryAfterMs?: number } = {}): void {
    if (!this.isOpen) return;
    this.#socket.close(closeCodes[name].code, JSON.stringify({ reason: name, ...reason }));
    if (name === 'slow') {
      this.#options.onSlow();
      this.#socket.terminate();
    }
    this.closed();
  }

  terminate(): void {
    this.#socket.terminate();
    this.closed();
  }

  /** The socket is gone: lets go of what waited for it. */
  closed(): void {
    this.#queue.clear();
    this.#stopPatience?.();
    this.#stopPatience = undefined;
  }

  /**
   * The hub's view of the connection, from now on.
   * @param userSeq  how far the peer was told its own log goes
   */
  asSubscriber(who: Pick<Subscriber, 'userId' | 'sessionId'>, userSeq: number): Subscriber {
    let ownHead = userSeq;
    this.#subscriber = {
      userId: who.userId,
      sessionId: who.sessionId,
      writeEvents: (conversationId, frames) => {
        if (this.#isStraight()) this.#pass(frames);
        else this.#enqueue({ class: 'event', conversationId }, frames);
      },
      writeSignal: (frames) => this.#write(signal, frames),
      writeHeads: (heads) => this.sendHeads(heads),
      writeOwnHead: (seq) => {
        if (seq <= ownHead) return;
        ownHead = seq;
        this.send({ type: 'own_head', seq });
      },
      close: (name) => this.close(name),
    };
    return this.#subscriber;
  }

  #write(load: Load, frames: Buffer): void {
    if (this.#isStraight()) this.#pass(frames);
    else this.#enqueue(load, frames);
  }

  /** Whether the stream takes the next frame at once. */
  #isStraight(): boolean {
    return this.#queue.isIdle && this.#hasRoom();
  }

  /** A burst of one turn is pushed out before it counts as too much: the system may take all of it. */
  #hasRoom(): boolean {
    if (this.#stream.writableLength < maxStreamBytes) return true;
    this.#uncork();
    return this.#stream.writableLength < maxStreamBytes;
  }

  #pass(frames: Buffer): void {
    if (!this.isOpen) return;
    if (!this.#isCorked) {
      this.#isCorked = true;
      this.#stream.cork();
      process.nextTick(() => this.#uncork());
    }
    this.#stream.write(frames);
  }

  #uncork(): void {
    if (!this.#isCorked) return;
    this.#isCorked = false;
    this.#stream.uncork();
  }

  #enqueue(load: Load, frames: Buffer): void {
    if (!this.isOpen) return;
    if (this.#queue.push(load, frames) === 'overflow') return this.close('slow');
    if (this.#stopPatience === undefined) this.#watchProgress();
  }

  #watchProgress(): void {
    this.#stopPatience = this.#options.clock.after(noProgressMs, () => {
      this.#stopPatience = undefined;
      this.close('slow');
    });
  }

  /** The peer took all the stream held: hands over what waited, then the heads of what was given up. */
  #drain(): void {
    if (this.#queue.isIdle || !this.isOpen) return;
    this.#stopPatience?.();
    this.#stopPatience = undefined;
    for (;;) {
      const frames = this.#hasRoom() ? this.#queue.shift() : undefined;
      if (frames === undefined) break;
      this.#pass(frames);
    }
    if (this.#queue.bytes === 0) this.#tellDirty();
    if (!this.#queue.isIdle && this.#stopPatience === undefined) this.#watchProgress();
  }

  #tellDirty(): void {
    const subscriber = this.#subscriber;
    // Events are written by the subscriber alone: without one nothing is dirty.
    if (subscriber === undefined) return;
    const dirty = [...this.#queue.takeDirty()];
    this.sendHeads(dirty.map((id): Head => [id, this.#options.headOf(subscriber, id) ?? -1]));
  }
}
