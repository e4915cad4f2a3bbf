/**
 * What nodes send each other through Redis: a binary header that says whom it concerns, and a body in JSON that only those parse.
 *
 * version (1) | kind and flags (1) | incarnation of the sender (16) | conversation, or zeros (16) | from (6) | to (6) | body
 */
import type { ConversationId, UserId } from '@parley/protocol';
import type {
  PeopleMessage,
  Publication,
  RemotePublication,
  RemoteSignal,
  SignalPublication,
} from './broker.js';
import { firstSeq, lastSeq } from './feed.js';

const version = 1;
const headerBytes = 46;
/** Bodies above are not sent: whoever wants them reads the log. */
const maxBodyBytes = 16 * 1024;
const kinds = { publication: 0, signal: 1, touched: 2, beat: 3, people: 4 } as const;
const kindMask = 0x0f;
const joinsFlag = 0x10;

type FrameKind = keyof typeof kinds;

/** A message as it is understood. Whatever cannot be understood is undefined: a newer node's, or nobody's. */
export type RemoteFrame =
  | { readonly kind: 'publication'; readonly publication: RemotePublication }
  | { readonly kind: 'signal'; readonly signal: RemoteSignal }
  | { readonly kind: 'touched'; readonly userIds: readonly UserId[] }
  | { readonly kind: 'people'; readonly from: string; readonly message: PeopleMessage }
  | { readonly kind: 'beat' };

export function encodePublication(incarnation: Buffer, publication: Publication): Buffer {
  const { conversationId, ...content } = publication;
  const body = JSON.stringify(content);
  const frame = begin('publication', incarnation, Buffer.byteLength(body) > maxBodyBytes ? '' : body);
  if ((publication.joins?.length ?? 0) > 0) frame[1] = kinds.publication | joinsFlag;
  frame.write(conversationId.replaceAll('-', ''), 18, 'hex');
  frame.writeUIntBE(firstSeq(publication), 34, 6);
  frame.writeUIntBE(lastSeq(publication), 40, 6);
  return frame;
}

export function encodeSignal(incarnation: Buffer, signal: SignalPublication): Buffer {
  const frame = begin('signal', incarnation, JSON.stringify(signal));
  const { conversationId } = signal.signal;
  if (conversationId !== null && typeof signal.to !== 'object')
    frame.write(conversationId.replaceAll('-', ''), 18, 'hex');
  return frame;
}

export function encodeTouched(incarnation: Buffer, userIds: readonly UserId[]): Buffer {
  return begin('touched', incarnation, JSON.stringify(userIds));
}

export function encodePeople(incarnation: Buffer, message: PeopleMessage): Buffer {
  return begin('people', incarnation, JSON.stringify(message));
}

export function encodeBeat(incarnation: Buffer): Buffer {
  return begin('beat', incarnation, '');
}

/** True for a frame of this very process. */
export function isOwnFrame(incarnation: Buffer, frame: Buffer): boolean {
  return frame.length >= headerBytes && frame.compare(incarnation, 0, 16, 2, 18) === 0;
}

export function decodeFrame(frame: Buffer): RemoteFrame | undefined {
  if (frame.length < headerBytes || frame[0] !== version) return undefined;
  switch ((frame[1] ?? 0) & kindMask) {
    case kinds.publication:
      return { kind: 'publication', publication: decodePublication(frame) };
    case kinds.signal:
      return {
        kind: 'signal',
        // Another node of ours wrote the body, from the same type.
        signal: {
          conversationId: readId(frame),
          read: () => parseBody(frame) as SignalPublication | undefined,
        },
      };
    case kinds.touched: {
      const userIds = parseBody(frame);
      return Array.isArray(userIds) ? { kind: 'touched', userIds } : undefined;
    }
    case kinds.people: {
      // Another node of ours wrote the body, from the same type.
      const message = parseBody(frame) as PeopleMessage | undefined;
      return message === undefined
        ? undefined
        : { kind: 'people', from: frame.toString('hex', 2, 18), message };
    }
    case kinds.beat:
      return { kind: 'beat' };
    default:
      return undefined;
  }
}

function begin(kind: FrameKind, incarnation: Buffer, body: string): Buffer {
  const frame = Buffer.alloc(headerBytes + Buffer.byteLength(body));
  frame[0] = version;
  frame[1] = kinds[kind];
  incarnation.copy(frame, 2);
  frame.write(body, headerBytes);
  return frame;
}

function decodePublication(frame: Buffer): RemotePublication {
  // A publication is of a conversation; one without is found by nobody.
  const conversationId = readId(frame) ?? ('' as ConversationId);
  return {
    conversationId,
    from: frame.readUIntBE(34, 6),
    to: frame.readUIntBE(40, 6),
    hasJoins: ((frame[1] ?? 0) & joinsFlag) !== 0,
    read: () => {
      const content = parseBody(frame);
      // Another node of ours wrote the body, from the same type.
      return content === undefined
        ? undefined
        : { conversationId, ...(content as Omit<Publication, 'conversationId'>) };
    },
  };
}

function readId(frame: Buffer): ConversationId | null {
  const hex = frame.toString('hex', 18, 34);
  if (hex === '00000000000000000000000000000000') return null;
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}` as ConversationId;
}

function parseBody(frame: Buffer): unknown {
  if (frame.length === headerBytes) return undefined;
  try {
    const body: unknown = JSON.parse(frame.toString('utf8', headerBytes));
    return typeof body === 'object' && body !== null ? body : undefined;
  } catch {
    return undefined;
  }
}
