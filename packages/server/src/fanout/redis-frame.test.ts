import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { publicationOf } from '../testing/publications.js';
import { newConversationId, newUserId } from '../testing/seed.js';
import type { SignalPublication } from './broker.js';
import {
  decodeFrame,
  encodeBeat,
  encodePeople,
  encodePublication,
  encodeSignal,
  encodeTouched,
  isOwnFrame,
} from './redis-frame.js';

const incarnation = randomBytes(16);
const conversationId = newConversationId();

function decodePublication(frame: Buffer) {
  const decoded = decodeFrame(frame);
  if (decoded?.kind !== 'publication') throw new Error('not a publication');
  return decoded.publication;
}

describe('a publication', () => {
  it('comes out as it went in, seqs beyond 32 bits included', () => {
    const publication = publicationOf(conversationId, [2 ** 40, 2 ** 40 + 1], {
      joins: [newUserId()],
      leaves: [newUserId()],
    });
    const remote = decodePublication(encodePublication(incarnation, publication));
    expect(remote).toMatchObject({ conversationId, from: 2 ** 40, to: 2 ** 40 + 1, hasJoins: true });
    expect(remote.read()).toEqual(publication);
  });

  it('keeps to itself what not everybody may be told', () => {
    const publication = { ...publicationOf(conversationId, [7]), isWithheld: true };
    expect(decodePublication(encodePublication(incarnation, publication)).read()).toEqual(publication);
  });

  it('says in the header that nobody comes in by it', () => {
    const publication = publicationOf(conversationId, [1], { joins: [], leaves: [newUserId()] });
    expect(decodePublication(encodePublication(incarnation, publication)).hasJoins).toBe(false);
  });

  it('above 16 KiB is a header alone', () => {
    const publication = publicationOf(
      conversationId,
      Array.from({ length: 60 }, (_, index) => index + 1),
    );
    const frame = encodePublication(incarnation, publication);
    expect(frame.length).toBeLessThan(50);
    expect(decodePublication(frame)).toMatchObject({ conversationId, from: 1, to: 60 });
    expect(decodePublication(frame).read()).toBeUndefined();
  });

  it('with a damaged body is a header alone', () => {
    const frame = encodePublication(incarnation, publicationOf(conversationId, [1]));
    expect(decodePublication(frame.subarray(0, frame.length - 1)).read()).toBeUndefined();
  });
});

describe('a signal', () => {
  // The frame carries signals without a look into them.
  const signal = {
    kind: 'test',
    conversationId,
    data: { on: true },
  } as unknown as SignalPublication['signal'];

  it.each<SignalPublication>([
    { signal, to: 'open', except: newUserId() },
    { signal, to: 'members' },
  ])('to a conversation names it in the header', (publication) => {
    const decoded = decodeFrame(encodeSignal(incarnation, publication));
    if (decoded?.kind !== 'signal') throw new Error('not a signal');
    expect(decoded.signal.conversationId).toBe(conversationId);
    expect(decoded.signal.read()).toEqual(publication);
  });

  it('to people names none', () => {
    const publication: SignalPublication = { signal, to: { users: [newUserId()] } };
    const decoded = decodeFrame(encodeSignal(incarnation, publication));
    if (decoded?.kind !== 'signal') throw new Error('not a signal');
    expect(decoded.signal.conversationId).toBeNull();
    expect(decoded.signal.read()).toEqual(publication);
  });
});

it('people who were touched come out as they went in', () => {
  const userIds = [newUserId(), newUserId()];
  expect(decodeFrame(encodeTouched(incarnation, userIds))).toEqual({ kind: 'touched', userIds });
});

it('knows its own frames by the incarnation', () => {
  expect(isOwnFrame(incarnation, encodeBeat(incarnation))).toBe(true);
  expect(isOwnFrame(randomBytes(16), encodeBeat(incarnation))).toBe(false);
  expect(isOwnFrame(incarnation, Buffer.from('short'))).toBe(false);
});

it('does not understand what is short, of another version or of another kind', () => {
  const other = encodeBeat(incarnation);
  other[0] = 2;
  const unknown = encodeBeat(incarnation);
  unknown[1] = 9;
  expect([Buffer.alloc(0), other, unknown].map(decodeFrame)).toEqual([undefined, undefined, undefined]);
});

it('people come out as they went in, with the incarnation that told of them', () => {
  const message = { here: [newUserId()], gone: [[newUserId(), 5] as const], isAsking: true };
  expect(decodeFrame(encodePeople(incarnation, message))).toEqual({
    kind: 'people',
    from: incarnation.toString('hex'),
    message,
  });
});
