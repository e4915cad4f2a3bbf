import type { Socket } from 'node:net';
import type { DownFrame } from '@parley/protocol';
import type { WebSocket } from 'ws';
import { readFrames } from './read-frames.js';

/** Both ends the server sees of a socket, and what came out of them. */
export interface FakeSocket {
  readonly socket: WebSocket;
  readonly stream: Socket;
  /** Everything written so far, as a client would read it. */
  readonly frames: DownFrame[];
  /** The close frame that was sent, if one was. */
  readonly closed: { readonly code: number; readonly reason: unknown } | undefined;
  readonly isTerminated: boolean;
  /** Bytes the stream holds because the peer does not read. */
  readonly heldBytes: number;
  /** From now on the stream holds what is written. */
  stopReading(): void;
  /** Takes all the stream holds; from then on what is written is taken at once, unless it is told to read only this once. */
  read(how?: 'once'): void;
}

export function createFakeSocket(): FakeSocket {
  const writes: Buffer[] = [];
  let closed: FakeSocket['closed'];
  let isTerminated = false;
  const ws = {
    OPEN: 1,
    readyState: 1,
    close: (code: number, reason: string) => {
      ws.readyState = 2;
      closed = { code, reason: JSON.parse(reason) };
    },
    terminate: () => {
      ws.readyState = 3;
      isTerminated = true;
    },
  };
  let isReading = true;
  let drained = () => {};
  const stream = {
    writableLength: 0,
    on: (_event: 'drain', listener: () => void) => {
      drained = listener;
    },
    cork: () => {},
    uncork: () => {},
    write: (bytes: Buffer) => {
      writes.push(bytes);
      if (!isReading) stream.writableLength += bytes.byteLength;
      return isReading;
    },
  };
  return {
    // `Connection` uses no more of them than stands above.
    socket: ws as unknown as WebSocket,
    stream: stream as unknown as Socket,
    get frames() {
      return writes.flatMap(readFrames);
    },
    get closed() {
      return closed;
    },
    get isTerminated() {
      return isTerminated;
    },
    get heldBytes() {
      return stream.writableLength;
    },
    stopReading: () => {
      isReading = false;
    },
    read: (how) => {
      isReading = how !== 'once';
      if (stream.writableLength === 0) return;
      stream.writableLength = 0;
      drained();
    },
  };
}
