/**
 * How a subject's frames are written and read. `frames` is Parley's protocol, which the limit speaks too so that the bytes on the wire are the
 * same; `socket.io` is Engine.IO 4 over a WebSocket. Reading looks for what the bench needs and parses nothing else.
 *
 * A message's id is a UUID whose last eight digits are the generator's count of it, so an arriving frame is known without a look-up.
 */
export type DialectName = 'frames' | 'socket.io';

export interface Reading {
  /** `passing`: receipts and the like, which come beside the messages and are not counted. */
  kind: 'ack' | 'event' | 'cursor' | 'ready' | 'ping' | 'passing' | 'error' | 'other';
  /** The generator's count of the message; for acks and events. */
  index: number;
  /** Place in the conversation, or -1 where the subject gives none; for events and cursors. */
  seq: number;
}

/** A text frame where it lies in what arrived. */
export interface FrameView {
  buffer: Buffer;
  start: number;
  end: number;
}

export interface Dialect {
  readonly path: string;
  greeting(token: string): string;
  message(index: number, id: string, conversationId: string): string;
  /** Said once let in, so that the member gets every event as it happens; undefined where everybody does. */
  opening(conversationId: string): string | undefined;
  readonly pong: string;
  /** Reads a frame into `into`, which is used again for every frame. */
  read(frame: FrameView, into: Reading): void;
}

/** What every message says: 160 bytes. */
const content = 'The crane is booked for nine, the pilot comes aboard at half past. '.repeat(3).slice(0, 160);

const seqNeedle = Buffer.from('"seq":');
const idNeedle = Buffer.from('"id":"');
const createdNeedle = Buffer.from('{"type":"event","event":{"kind":"message.created"');
const messageNeedle = Buffer.from('42["message"');

const frames: Dialect = {
  path: '/v1/socket',
  pong: JSON.stringify({ type: 'pong' }),
  greeting: (token) => JSON.stringify({ type: 'hello', protocol: 1, token, client: 'parley-bench' }),
  opening: (conversationId) => JSON.stringify({ type: 'open', conversationIds: [conversationId] }),
  message: (_index, id, conversationId) =>
    JSON.stringify({
      type: 'call',
      id,
      operation: 'sendMessage',
      input: { conversationId, id, content },
    }),
  read: (frame, into) => {
    const { buffer, start, end } = frame;
    // The first letters of the type: {"type":"e
    const one = buffer[start + 9];
    const two = buffer[start + 10];
    if (one === letters.e && two === letters.v) readEvent(frame, into);
    else if (one === letters.r && buffer[start + 11] === letters.s) {
      into.kind = 'ack';
      into.index = readIndex(frame);
    } else if (one === letters.e) into.kind = 'error';
    else if (one === letters.h && buffer[start + 13] === letters.s) {
      // [["<conversation>",12]] : each member is in one conversation.
      const { heads }: { heads: [string, number][] } = JSON.parse(buffer.toString('utf8', start, end));
      into.kind = 'cursor';
      into.seq = heads[0]?.[1] ?? -1;
    } else if (one === letters.w) into.kind = 'ready';
    else if (one === letters.s) into.kind = 'passing';
    else into.kind = one === letters.p ? 'ping' : 'other';
  },
};

function readEvent(frame: FrameView, into: Reading): void {
  const { buffer, start } = frame;
  if (buffer.compare(createdNeedle, 0, createdNeedle.length, start, start + createdNeedle.length) !== 0) {
    into.kind = 'other';
    return;
  }
  into.kind = 'event';
  into.seq = readSeq(frame);
  into.index = readIndex(frame);
}

const socketIo: Dialect = {
  path: '/socket.io/?EIO=4&transport=websocket',
  pong: '3',
  greeting: (token) => `40${token}`,
  opening: () => undefined,
  message: (index, id) => `42${index}${JSON.stringify(['send', { id, content }])}`,
  read: (frame, into) => {
    const { buffer, start } = frame;
    const one = buffer[start];
    const two = buffer[start + 1];
    if (one === digits.two) into.kind = 'ping';
    else if (one !== digits.four) into.kind = 'other';
    else if (two === digits.zero) into.kind = 'ready';
    else if (two === digits.three) {
      into.kind = 'ack';
      into.index = readIndex(frame);
    } else if (two === digits.two && buffer.compare(messageNeedle, 0, 12, start, start + 12) === 0) {
      into.kind = 'event';
      into.seq = -1;
      into.index = readIndex(frame);
    } else into.kind = two === digits.four ? 'error' : 'other';
  },
};

export const dialects: Readonly<Record<DialectName, Dialect>> = { frames, 'socket.io': socketIo };

const letters = { e: 0x65, v: 0x76, r: 0x72, h: 0x68, w: 0x77, p: 0x70, s: 0x73 };
const digits = { zero: 0x30, two: 0x32, three: 0x33, four: 0x34 };

function readSeq({ buffer, start, end }: FrameView): number {
  let at = buffer.indexOf(seqNeedle, start);
  if (at === -1 || at >= end) return -1;
  at += seqNeedle.length;
  let value = 0;
  for (let byte = buffer[at] ?? 0; byte >= 0x30 && byte <= 0x39; at += 1, byte = buffer[at] ?? 0)
    value = value * 10 + byte - 0x30;
  return value;
}

function readIndex({ buffer, start, end }: FrameView): number {
  const found = buffer.indexOf(idNeedle, start);
  const at = found + idNeedle.length + 28;
  if (found === -1 || at + 8 > end) return -1;
  let value = 0;
  for (let offset = 0; offset < 8; offset += 1) {
    const byte = buffer[at + offset] ?? 0;
    value = value * 16 + (byte <= 0x39 ? byte - 0x30 : byte - 0x57);
  }
  return value;
}

/** A UUID of version 7 with the time in front, as a client's, and the count at its end. */
export function messageId(index: number, nowMs: number, run: string): string {
  const time = Math.floor(nowMs).toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${run.slice(0, 3)}-8${run.slice(3, 6)}-${run.slice(6, 10)}${index.toString(16).padStart(8, '0')}`;
}
