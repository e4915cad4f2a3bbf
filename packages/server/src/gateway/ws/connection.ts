import type { Socket } from 'node:net';
import { type CloseName, closeCodes, type DownFrame, type UserId } from '@parley/protocol';
import type { WebSocket } from 'ws';
import type { Subscriber } from '../../fanout/hub.js';
import { encodeTextFrame } from '../../fanout/text-frame.js';

/** Bytes a socket may have queued before it is closed as too slow; the client comes back and catches up from the log. */
const maxQueuedBytes = 1024 * 1024;

/**
 * A socket as something to write to. Frames go to the TCP socket as bytes, past `ws`, because an event's frame is encoded once and shared; `ws`
 * itself writes at once too (compression is off), so the order holds. What one turn writes leaves in one system call.
 */
export class Connection {
  readonly #socket: WebSocket;
  readonly #stream: Socket;
  #isCorked = false;

  constructor(socket: WebSocket, stream: Socket) {
    this.#socket = socket;
    this.#stream = stream;
  }

  get isOpen(): boolean {
    return this.#socket.readyState === this.#socket.OPEN;
  }

  send(frame: DownFrame): void {
    this.write(encodeTextFrame(JSON.stringify(frame)));
  }

  write(frames: Buffer): void {
    if (!this.isOpen) return;
    if (this.#stream.writableLength > maxQueuedBytes) {
      this.close('slow');
      return;
    }
    if (!this.#isCorked) {
      this.#isCorked = true;
      this.#stream.cork();
      process.nextTick(() => {
        this.#isCorked = false;
        this.#stream.uncork();
      });
    }
    this.#stream.write(frames);
  }

  /** Closes with a code of the table. A peer that does not answer, or cannot because it does not read, is cut. */
  close(name: CloseName, reason: { readonly retryAfterMs?: number } = {}): void {
    if (!this.isOpen) return;
    this.#socket.close(closeCodes[name].code, JSON.stringify({ reason: name, ...reason }));
    if (name === 'slow') this.#socket.terminate();
  }

  terminate(): void {
    this.#socket.terminate();
  }

  /** The hub's view of the connection. */
  asSubscriber(userId: UserId): Subscriber {
    return { userId, write: (frames) => this.write(frames) };
  }
}
