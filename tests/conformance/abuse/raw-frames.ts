/** Frames as bytes, against the rules of the WebSocket protocol (RFC 6455): a masked client frame unless it says otherwise. */
export interface FrameParts {
  /** @default true */
  readonly isFinal?: boolean;
  /** RSV bits, 1 to 7. @default 0 */
  readonly reserved?: number;
  /** 1 text, 2 binary, 8 close, 9 ping, 10 pong, 0 continuation. @default 1 */
  readonly opcode?: number;
  /** @default true */
  readonly isMasked?: boolean;
  readonly payload?: Uint8Array;
  /** A length that is not the payload's. */
  readonly claims?: bigint;
}

export function frame(parts: FrameParts): Buffer {
  const { isFinal = true, reserved = 0, opcode = 1, isMasked = true, payload = new Uint8Array() } = parts;
  const first = (isFinal ? 0x80 : 0) | (reserved << 4) | opcode;
  const length = parts.claims ?? BigInt(payload.byteLength);
  const mask = isMasked ? 0x80 : 0;
  const head =
    length < 126n
      ? Buffer.from([first, mask | Number(length)])
      : length < 65_536n
        ? Buffer.concat([Buffer.from([first, mask | 126]), number(length, 2)])
        : Buffer.concat([Buffer.from([first, mask | 127]), number(length, 8)]);
  // A key of zeros leaves the payload as it is.
  return Buffer.concat([head, ...(isMasked ? [Buffer.alloc(4)] : []), payload]);
}

function number(value: bigint, bytes: number): Buffer {
  const buffer = Buffer.alloc(8);
  buffer.writeBigUInt64BE(value);
  return buffer.subarray(8 - bytes);
}

const text = (content: string) => new TextEncoder().encode(content);
const repeated = (count: number, one: Buffer) => Buffer.concat(Array.from({ length: count }, () => one));

export interface RawFrames {
  readonly what: string;
  readonly bytes: () => Buffer;
  /** Code of the close frame that comes back. */
  readonly code: number;
}

/** Each of them costs its own socket, and nobody else's. */
export const rawFrames: readonly RawFrames[] = [
  { what: 'an unmasked frame', bytes: () => frame({ isMasked: false, payload: text('{}') }), code: 1002 },
  { what: 'a reserved bit', bytes: () => frame({ reserved: 4, payload: text('{}') }), code: 1002 },
  { what: 'a reserved opcode', bytes: () => frame({ opcode: 3 }), code: 1002 },
  { what: 'a continuation of nothing', bytes: () => frame({ opcode: 0, payload: text('{}') }), code: 1002 },
  { what: 'a ping in pieces', bytes: () => frame({ opcode: 9, isFinal: false }), code: 1002 },
  {
    what: 'a ping of 126 bytes',
    bytes: () => frame({ opcode: 9, payload: new Uint8Array(126) }),
    code: 1002,
  },
  {
    what: 'a close with a code nobody sends',
    bytes: () => frame({ opcode: 8, payload: Uint8Array.of(0x03, 0xed) }),
    code: 1002,
  },
  { what: 'a close of one byte', bytes: () => frame({ opcode: 8, payload: Uint8Array.of(3) }), code: 1002 },
  {
    what: 'text that is no UTF-8',
    bytes: () => frame({ payload: Uint8Array.of(0x22, 0xff, 0x22) }),
    code: 1007,
  },
  { what: 'a length of 2^62', bytes: () => frame({ claims: 2n ** 62n }), code: 1009 },
  {
    what: 'one byte more than a frame may have',
    bytes: () => frame({ payload: new Uint8Array(65_537) }),
    code: 1009,
  },
  {
    what: 'more pieces than a message may have',
    bytes: () =>
      Buffer.concat([
        frame({ isFinal: false, payload: text('{') }),
        repeated(20_000, frame({ opcode: 0, isFinal: false, payload: text(' ') })),
      ]),
    code: 1008,
  },
  { what: 'a binary frame', bytes: () => frame({ opcode: 2, payload: text('{}') }), code: 4500 },
];
