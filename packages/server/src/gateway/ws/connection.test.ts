import type { ConversationId, SessionId } from '@parley/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeTextFrame } from '../../fanout/text-frame.js';
import { createFakeClock } from '../../testing/fake-clock.js';
import { fakeEvent } from '../../testing/fake-event.js';
import { createFakeSocket } from '../../testing/fake-socket.js';
import { newConversationId, newUserId } from '../../testing/seed.js';
import { Connection } from './connection.js';

const kib = 1024;

/** A connection whose log is here as well: `publish` writes the next event of a conversation, of about so many bytes. */
function setUp() {
  const peer = createFakeSocket();
  const clock = createFakeClock();
  const heads = new Map<ConversationId, number>();
  const counted: string[] = [];
  const connection = new Connection({
    socket: peer.socket,
    stream: peer.stream,
    clock,
    headOf: (_subscriber, conversationId) => heads.get(conversationId),
    onDropped: (dropped) => void counted.push(dropped),
    onSlow: () => void counted.push('slow'),
  });
  const subscriber = connection.asSubscriber({ userId: newUserId(), sessionId: 'session' as SessionId }, 0);
  const publish = (conversationId: ConversationId, bytes = 200) => {
    const seq = (heads.get(conversationId) ?? 0) + 1;
    heads.set(conversationId, seq);
    subscriber.writeEvents(conversationId, eventFrame(conversationId, seq, bytes));
  };
  const signal = (bytes = 200) => subscriber.writeSignal(encodeTextFrame(`"${'s'.repeat(bytes)}"`));
  const answer = (bytes: number) => connection.send({ type: 'result', id: 'r', result: 'r'.repeat(bytes) });
  return { peer, clock, heads, counted, connection, subscriber, publish, signal, answer };
}

function eventFrame(conversationId: ConversationId, seq: number, bytes: number): Buffer {
  return encodeTextFrame(
    JSON.stringify({ type: 'event', event: fakeEvent(conversationId, seq, 'x'.repeat(bytes)) }),
  );
}

const types = (peer: ReturnType<typeof createFakeSocket>) => peer.frames.map(({ type }) => type);

describe('a connection whose peer reads', () => {
  it('writes everything at once, in order, and sets no timer', () => {
    const { peer, clock, connection, publish, answer } = setUp();
    const conversationId = newConversationId();
    for (let count = 0; count < 500; count += 1) publish(conversationId, 10 * kib);
    answer(10);
    expect(peer.frames).toHaveLength(501);
    expect([connection.queuedBytes, clock.pending]).toEqual([0, 0]);
  });
});

describe('a connection whose peer does not read', () => {
  it('lets the stream hold little, queues the rest, and gives it in order when the peer reads', () => {
    const { peer, connection, publish } = setUp();
    const conversationId = newConversationId();
    peer.stopReading();
    for (let count = 0; count < 20; count += 1) publish(conversationId, 10 * kib);
    expect(peer.heldBytes).toBeLessThan(75 * kib);
    expect(connection.queuedBytes).toBeGreaterThan(120 * kib);
    peer.read();
    const seqs = peer.frames.map((frame) => (frame.type === 'event' ? frame.event.seq : frame.type));
    expect(seqs).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
    expect(connection.queuedBytes).toBe(0);
  });

  it('gives up signals first, then events, and tells the heads of those when the peer reads', () => {
    const { peer, connection, counted, publish, signal, answer } = setUp();
    const [busy, calm] = [newConversationId(), newConversationId()];
    peer.stopReading();
    signal();
    for (let count = 0; count < 40; count += 1) publish(busy, 10 * kib);
    signal();
    expect(counted).toEqual(['signal']);
    for (let count = 0; count < 40; count += 1) publish(busy, 10 * kib);
    expect([...new Set(counted)]).toEqual(['signal', 'event']);
    expect(connection.owesHeads).toBe(true);
    publish(calm);
    answer(10);
    peer.read();
    expect(connection.owesHeads).toBe(false);
    const [heads] = peer.frames.filter(({ type }) => type === 'heads');
    expect(heads).toEqual({ type: 'heads', heads: [[busy, 80]] });
    expect(types(peer).slice(-3)).toEqual(['event', 'result', 'heads']);
    publish(busy);
    expect(peer.frames.at(-1)).toMatchObject({ type: 'event', event: { conversationId: busy, seq: 81 } });
  });

  it('tells that one is out of a conversation nobody here is in any more', () => {
    const { peer, heads, publish } = setUp();
    const conversationId = newConversationId();
    peer.stopReading();
    for (let count = 0; count < 70; count += 1) publish(conversationId, 10 * kib);
    heads.clear();
    peer.read();
    expect(peer.frames.at(-1)).toEqual({ type: 'heads', heads: [[conversationId, -1]] });
  });

  it('is cut as slow when answers alone are too much, and written to no more', () => {
    const { peer, connection, counted, answer } = setUp();
    peer.stopReading();
    for (let count = 0; count < 20; count += 1) answer(60 * kib);
    expect(peer.closed).toEqual({ code: 4008, reason: { reason: 'slow' } });
    expect([peer.isTerminated, connection.queuedBytes, counted]).toEqual([true, 0, ['slow']]);
    const written = peer.frames.length;
    answer(10);
    peer.read();
    expect(peer.frames).toHaveLength(written);
  });

  it('is cut as slow after ten seconds in which it took nothing, and not while it takes something', () => {
    const { peer, clock, publish } = setUp();
    const conversationId = newConversationId();
    peer.stopReading();
    for (let count = 0; count < 40; count += 1) publish(conversationId, 10 * kib);
    for (let count = 0; count < 3; count += 1) {
      clock.advance(9_999);
      peer.read('once');
    }
    clock.advance(9_999);
    expect(peer.closed).toBeUndefined();
    clock.advance(1);
    expect(peer.closed?.code).toBe(4008);
    expect(clock.pending).toBe(0);
  });

  it('is left alone when all it has not taken is in the stream', () => {
    const { peer, clock, publish } = setUp();
    peer.stopReading();
    publish(newConversationId());
    clock.advance(60_000);
    expect(peer.closed).toBeUndefined();
  });

  it('keeps no timer and no bytes when it is closed for another reason', () => {
    const { peer, clock, connection, publish } = setUp();
    peer.stopReading();
    for (let count = 0; count < 10; count += 1) publish(newConversationId(), 10 * kib);
    connection.close('going_away', { retryAfterMs: 5 });
    expect(peer.closed).toEqual({ code: 4000, reason: { reason: 'going_away', retryAfterMs: 5 } });
    expect([connection.queuedBytes, clock.pending]).toEqual([0, 0]);
  });
});

describe('whatever the peer reads and when', () => {
  const conversations = [newConversationId(), newConversationId(), newConversationId()];
  const act = fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({ type: fc.constant('event' as const), of: fc.nat(2), kib: fc.nat(60) }),
    },
    { weight: 2, arbitrary: fc.record({ type: fc.constant('signal' as const), kib: fc.nat(60) }) },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('answer' as const) }) },
    { weight: 1, arbitrary: fc.constantFrom('stop' as const, 'once' as const, 'read' as const) },
  );

  it('misses nothing, sees every conversation in order, and costs no more than the cap', () => {
    fc.assert(
      fc.property(fc.array(act, { minLength: 20, maxLength: 150 }), (acts) => {
        const { peer, heads, connection, publish, signal, answer } = setUp();
        peer.stopReading();
        let answers = 0;
        for (const each of acts) {
          if (each === 'stop') peer.stopReading();
          else if (each === 'once') peer.read('once');
          else if (each === 'read') peer.read();
          else if (each.type === 'event')
            publish(conversations[each.of] ?? newConversationId(), each.kib * kib + 1);
          else if (each.type === 'signal') signal(each.kib * kib);
          else {
            answers += 1;
            answer(10);
          }
          expect(connection.queuedBytes).toBeLessThanOrEqual(1024 * kib);
          expect(peer.heldBytes).toBeLessThanOrEqual(130 * kib);
        }
        peer.read();
        peer.read();
        expect(peer.closed).toBeUndefined();
        const reached = new Map<ConversationId, number>();
        let seen = 0;
        for (const frame of peer.frames) {
          if (frame.type === 'result') seen += 1;
          if (frame.type === 'heads') for (const [id, seq] of frame.heads) reached.set(id, seq);
          if (frame.type !== 'event') continue;
          const { conversationId, seq } = frame.event;
          expect(seq).toBe((reached.get(conversationId) ?? 0) + 1);
          reached.set(conversationId, seq);
        }
        expect(seen).toBe(answers);
        expect(reached).toEqual(heads);
      }),
      { numRuns: 40 },
    );
  });
});
