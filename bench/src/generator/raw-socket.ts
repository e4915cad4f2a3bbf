/**
 * A WebSocket client that costs little: it frames by hand and shows payloads where they lie in the chunk that arrived, so that one
 * process can be a thousand members and the figures are the server's. No extensions, no fragments; a peer that uses either is an error.
 */
import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';

export interface RawSocketEvents {
  /** A text frame, at `start..end` of the buffer, valid only during the call. */
  readonly onText: (buffer: Buffer, start: number, end: number) => void;
  readonly onLost: (reason: string) => void;
}

export interface RawSocket {
  send(text: string): void;
  close(): void;
}

/** Opens a socket to 127.0.0.1. Rejects when the upgrade is refused. */
export function openRawSocket(port: number, path: string, events: RawSocketEvents): Promise<RawSocket> {
  return new Promise((resolve, reject) => {
    const stream = connect({ port, host: '127.0.0.1', noDelay: true });
    let rest: Buffer = Buffer.alloc(0);
    let isOpen = false;
    let isClosing = false;
    const lose = (reason: string): void => {
      if (!isOpen) reject(new Error(reason));
      else if (!isClosing) events.onLost(reason);
      isClosing = true;
      stream.destroy();
    };
    stream.on('error', (error) => lose(error.message));
    stream.on('close', () => lose('the server closed the connection'));
    stream.on('connect', () => stream.write(upgradeRequest(port, path)));
    stream.on('data', (chunk: Buffer) => {
      let buffer = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      if (!isOpen) {
        const end = buffer.indexOf('\r\n\r\n');
        if (end === -1) {
          rest = buffer;
          return;
        }
        const [status = ''] = buffer.toString('latin1', 0, end).split('\r\n');
        if (!status.includes(' 101 ')) return lose(`the upgrade was refused: ${status}`);
        isOpen = true;
        resolve({
          send: (text) => void stream.write(encodeMasked(0x1, text)),
          close: () => {
            isClosing = true;
            stream.end(encodeMasked(0x8, ''));
          },
        });
        buffer = buffer.subarray(end + 4);
      }
      rest = readFrames(buffer, { stream, onText: events.onText, lose });
    });
  });
}

interface Reader {
  readonly stream: Socket;
  readonly onText: RawSocketEvents['onText'];
  readonly lose: (reason: string) => void;
}

/** Handles every whole frame and returns what is left of the last one. */
function readFrames(buffer: Buffer, { stream, onText, lose }: Reader): Buffer {
  let at = 0;
  while (buffer.length - at >= 2) {
    const short = (buffer[at + 1] ?? 0) & 0x7f;
    const headerLength = short === 126 ? 4 : short === 127 ? 10 : 2;
    if (buffer.length - at < headerLength) break;
    const length =
      short === 126
        ? buffer.readUInt16BE(at + 2)
        : short === 127
          ? Number(buffer.readBigUInt64BE(at + 2))
          : short;
    const start = at + headerLength;
    const end = start + length;
    if (end > buffer.length) break;
    const head = buffer[at] ?? 0;
    if (head === 0x81) onText(buffer, start, end);
    else if (head === 0x89) stream.write(encodeMasked(0xa, buffer.toString('utf8', start, end)));
    else if (head === 0x88) lose(`closed by the server: ${closeReason(buffer.subarray(start, end))}`);
    else lose(`a frame that begins with 0x${head.toString(16)}, which the generator does not read`);
    at = end;
  }
  return at === buffer.length ? Buffer.alloc(0) : buffer.subarray(at);
}

function closeReason(payload: Buffer): string {
  return payload.length < 2 ? 'no code' : `${payload.readUInt16BE(0)} ${payload.toString('utf8', 2)}`;
}

/** One mask for all frames: it makes the server unmask, which is what a browser makes it do. */
const mask = randomBytes(4).map((byte) => byte | 1);

function encodeMasked(opcode: number, text: string): Buffer {
  const length = Buffer.byteLength(text);
  if (length > 65_535) throw new Error('longer than the generator sends');
  const headerLength = length < 126 ? 6 : 8;
  const frame = Buffer.allocUnsafe(headerLength + length);
  frame[0] = 0x80 | opcode;
  if (length < 126) frame[1] = 0x80 | length;
  else {
    frame[1] = 0x80 | 126;
    frame.writeUInt16BE(length, 2);
  }
  frame.set(mask, headerLength - 4);
  frame.write(text, headerLength);
  for (let index = 0; index < length; index += 1)
    frame[headerLength + index] = (frame[headerLength + index] ?? 0) ^ (mask[index & 3] ?? 0);
  return frame;
}

function upgradeRequest(port: number, path: string): string {
  return [
    `GET ${path} HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
    '\r\n',
  ].join('\r\n');
}
