import {
  type ChatSignal,
  type ConversationId,
  headsDigest,
  limits,
  ParleyError,
  protocolVersion,
} from '@parley/protocol';
import { describe, expect, it } from 'vitest';
import { Hub } from '../../fanout/hub.js';
import { createFakeClock } from '../../testing/fake-clock.js';
import { fakeEvent } from '../../testing/fake-event.js';
import { createFakeSocket } from '../../testing/fake-socket.js';
import {
  connectFake,
  createFakeServices,
  type FakeSocketServices,
} from '../../testing/fake-socket-services.js';
import { newConversationId, newMessageId } from '../../testing/seed.js';
import { turn } from '../../testing/turn.js';
import { SocketSession } from './session.js';

/** A socket that has said hello; `answers` are the frames since. */
async function open(memberships: ConversationId[] = []) {
  const hubClock = createFakeClock();
  const hub = new Hub({ clock: hubClock });
  const services = createFakeServices(hub, { memberships });
  const peer = createFakeSocket();
  const connection = connectFake(services, peer);
  const session = new SocketSession(services, connection);
  const say = async (...frames: unknown[]) => {
    for (const frame of frames)
      session.receive(Buffer.from(typeof frame === 'string' ? frame : JSON.stringify(frame)), false);
    await turn();
  };
  await say({ type: 'hello', protocol: protocolVersion, token: 'good' });
  const greeted = peer.frames.length;
  return {
    hub,
    hubClock,
    services,
    peer,
    connection,
    session,
    say,
    answers: () => peer.frames.slice(greeted),
  };
}

const echo = (id: string, more: object = {}) => ({ type: 'call', id, operation: 'echo', ...more });

describe('calls', () => {
  it('are carried out for the actor of the token, in the order they came, and answered as each ends', async () => {
    const { services, say, answers } = await open();
    const opId = newMessageId();
    await say(echo('a', { input: { n: 1 }, opId }), echo('b', { input: { n: 2 } }));
    expect(services.calls.map(({ call }) => [call.input, call.opId])).toEqual([
      [{ n: 1 }, opId],
      [{ n: 2 }, undefined],
    ]);
    expect(services.calls[0]?.call.actor).toEqual(services.actor);
    services.calls[1]?.resolve('second');
    services.calls[0]?.resolve(null);
    await turn();
    expect(answers()).toEqual([
      { type: 'result', id: 'b', result: 'second' },
      { type: 'result', id: 'a', result: null },
    ]);
  });

  it('that fail are answered by their error, and the socket stays', async () => {
    const { services, peer, say, answers } = await open();
    await say(echo('a'), echo('b'), { type: 'call', id: 'c', operation: 'toString' });
    services.calls[0]?.reject(new ParleyError('muted'));
    services.calls[1]?.reject(new TypeError('secret details'));
    await turn();
    expect(answers()).toMatchObject([
      { type: 'error', id: 'c', error: { code: 'unknown_operation' } },
      { type: 'error', id: 'a', error: { code: 'muted', requestId: 'request' } },
      { type: 'error', id: 'b', error: { code: 'internal' } },
    ]);
    expect(JSON.stringify(answers())).not.toContain('secret details');
    expect(peer.closed).toBeUndefined();
  });

  it('are told when their socket is gone, so that what only waits can end', async () => {
    const { services, session, say } = await open();
    await say(echo('a'));
    expect(services.calls[0]?.call.abortSignal?.aborted).toBe(false);
    session.closed();
    expect(services.calls[0]?.call.abortSignal?.aborted).toBe(true);
  });

  it('beyond the number under way are refused at once, under their id, and later ones are taken again', async () => {
    const { services, say, answers } = await open();
    await say(...Array.from({ length: limits.inFlight + 1 }, (_, index) => echo(String(index))));
    expect(services.calls).toHaveLength(limits.inFlight);
    expect(answers()).toMatchObject([
      { type: 'error', id: String(limits.inFlight), error: { code: 'too_many_inflight', retryable: true } },
    ]);
    services.calls[0]?.resolve(1);
    await turn();
    await say(echo('again'));
    expect(services.calls).toHaveLength(limits.inFlight + 1);
  });

  it('are answered into nothing when the peer has gone meanwhile', async () => {
    const { services, connection, say, answers } = await open();
    await say(echo('a'));
    connection.terminate();
    services.calls[0]?.resolve(1);
    await turn();
    expect(answers()).toEqual([]);
  });
});

describe('frames that are wrong', () => {
  it('get a typed error, with the id where one can be read, and the socket stays', async () => {
    const { peer, services, say, answers } = await open();
    await say('{', '[]', { type: 'subscribe' }, { type: 'call', id: '7' }, '{"type":"pong","__proto__":1}');
    expect(answers()).toMatchObject([
      { error: { code: 'invalid_json' } },
      { error: { code: 'invalid_frame' } },
      { error: { code: 'unknown_type' } },
      { id: '7', error: { code: 'invalid_frame' } },
      { error: { code: 'invalid_json' } },
    ]);
    expect(answers()[0]).not.toHaveProperty('id');
    await say(echo('still works'));
    expect([peer.closed, services.calls.length]).toEqual([undefined, 1]);
  });

  it('end the socket when twenty come in a row, and a good one between starts the count anew', async () => {
    const { peer, say } = await open();
    const bad = Array.from({ length: 19 }, () => '{');
    await say(...bad);
    await say({ type: 'pong' });
    await say(...bad);
    expect(peer.closed).toBeUndefined();
    await say('{');
    expect(peer.closed?.code).toBe(4500);
  });

  it('end the socket at once when they are binary', async () => {
    const { peer, session } = await open();
    session.receive(Buffer.from([1, 2, 3]), true);
    expect(peer.closed).toEqual({ code: 4500, reason: { reason: 'protocol' } });
  });

  it('include a second hello, which changes nothing', async () => {
    const { peer, hub, say, answers } = await open();
    await say({ type: 'hello', protocol: protocolVersion, token: 'stranger' });
    expect(answers()).toMatchObject([{ type: 'error', error: { code: 'already_authenticated' } }]);
    expect([peer.closed, hub.size]).toEqual([undefined, 1]);
  });
});

describe('refresh', () => {
  it('takes a new token of the same person and refuses one of somebody else', async () => {
    const { services, say, answers } = await open();
    await say(
      { type: 'refresh', token: 'good' },
      { type: 'refresh', token: 'stranger' },
      { type: 'refresh', token: 'expired' },
    );
    expect(answers()).toMatchObject([
      { type: 'refreshed' },
      { type: 'error', error: { code: 'token_invalid' } },
      { type: 'error', error: { code: 'token_expired' } },
    ]);
    await say(echo('a'));
    expect(services.calls[0]?.call.actor?.userId).toBe(services.actor.userId);
  });
});

describe('a socket in the hub', () => {
  it('gets the events of its conversations until it is closed', async () => {
    const conversationId = newConversationId();
    const { hub, session, answers } = await open([conversationId]);
    const publish = (seq: number) =>
      hub.deliver({ conversationId, events: [fakeEvent(conversationId, seq)] });
    publish(2);
    session.closed();
    publish(3);
    expect(answers()).toEqual([{ type: 'event', event: fakeEvent(conversationId, 2) }]);
    expect(hub.size).toBe(0);
  });

  it('that does not read costs the others nothing, is told the head when it reads, and is counted', async () => {
    const conversationId = newConversationId();
    const { hub, services, peer, session, answers } = await open([conversationId]);
    const reader = await enter(services);
    for (const subscriber of hub.subscribersOf(services.actor.userId))
      hub.setOpen(subscriber, [conversationId]);
    const publish = (seq: number) => {
      const entry = fakeEvent(conversationId, seq, 'x'.repeat(1000));
      hub.deliver({ conversationId, events: [entry] });
    };
    peer.stopReading();
    for (let seq = 2; seq <= 2001; seq += 1) publish(seq);
    expect(reader.peer.frames.filter(({ type }) => type === 'event')).toHaveLength(2000);
    session.beat();
    peer.read();
    expect(answers().at(-1)).toEqual({ type: 'heads', heads: [[conversationId, 2001]] });
    expect(answers().at(-2)).toEqual({ type: 'ping' });
    expect(services.counted).toContain('dropped 1 event');
    expect(peer.closed).toBeUndefined();
    publish(2002);
    expect(answers().at(-1)).toMatchObject({ type: 'event', event: { seq: 2002 } });
  });

  it('of a busy conversation gets a head unless it has it open, and no digest while it is owed one', async () => {
    const conversationId = newConversationId();
    const { hub, hubClock, say, session, answers } = await open([conversationId]);
    const events = Array.from({ length: 60 }, (_, index) => fakeEvent(conversationId, index + 2));
    hub.deliver({ conversationId, events });
    session.beat();
    hubClock.advance(1000);
    session.beat();
    expect(answers()).toMatchObject([
      { type: 'ping' },
      { type: 'head', conversationId, seq: 61 },
      { type: 'ping', digest: headsDigest([[conversationId, 61]]) },
    ]);
    expect(answers()[0]).toEqual({ type: 'ping' });
    await say({ type: 'open', conversationIds: [conversationId] });
    hub.deliver({ conversationId, events: [fakeEvent(conversationId, 62)] });
    expect(answers().at(-1)).toMatchObject({ type: 'event', event: { seq: 62 } });
  });

  it('is closed as replaced when its person opens one more than they may have, the oldest first', async () => {
    const { services, peer } = await open();
    const next = await enter(services);
    for (let count = 2; count < limits.socketsPerUser; count += 1) await enter(services);
    expect(peer.closed).toBeUndefined();
    await enter(services);
    expect(peer.closed).toEqual({ code: 4509, reason: { reason: 'replaced' } });
    expect(next.peer.closed).toBeUndefined();
  });
});

describe('open', () => {
  it('replaces the conversations that get what only their viewers get', async () => {
    const [one, two] = [newConversationId(), newConversationId()];
    const { hub, say, answers } = await open([one, two]);
    const signalTo = (conversationId: ConversationId) =>
      hub.deliverSignal({ signal: { conversationId } as ChatSignal, to: 'open' });
    await say({ type: 'open', conversationIds: [one] });
    for (const id of [one, two]) signalTo(id);
    await say({ type: 'open', conversationIds: [two] });
    for (const id of [one, two]) signalTo(id);
    expect(answers()).toMatchObject([
      { type: 'signal', signal: { conversationId: one } },
      { type: 'signal', signal: { conversationId: two } },
    ]);
  });

  it('takes as many as the limit says and refuses one more, and the socket stays', async () => {
    const { peer, say, answers } = await open();
    const ids = Array.from({ length: limits.openConversations }, newConversationId);
    await say({ type: 'open', conversationIds: ids });
    expect(answers()).toEqual([]);
    await say({ type: 'open', conversationIds: [...ids, newConversationId()] });
    expect(answers()).toMatchObject([{ type: 'error', error: { code: 'too_many_items' } }]);
    await say({ type: 'open', conversationIds: ['no id'] });
    expect(answers().at(-1)).toMatchObject({ type: 'error', error: { code: 'invalid_frame' } });
    expect(peer.closed).toBeUndefined();
  });
});

/** Another socket of the same person. */
async function enter(services: FakeSocketServices) {
  const peer = createFakeSocket();
  const session = new SocketSession(services, connectFake(services, peer));
  session.receive(
    Buffer.from(JSON.stringify({ type: 'hello', protocol: protocolVersion, token: 'good' })),
    false,
  );
  await turn();
  return { peer, session };
}
