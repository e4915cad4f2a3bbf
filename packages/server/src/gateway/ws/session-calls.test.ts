import { type ChatEvent, type ConversationId, limits, ParleyError, protocolVersion } from '@parley/protocol';
import { describe, expect, it } from 'vitest';
import { Hub } from '../../fanout/hub.js';
import { createFakeSocket } from '../../testing/fake-socket.js';
import { createFakeServices } from '../../testing/fake-socket-services.js';
import { newConversationId, newMessageId } from '../../testing/seed.js';
import { turn } from '../../testing/turn.js';
import { Connection } from './connection.js';
import { SocketSession } from './session.js';

/** A socket that has said hello; `answers` are the frames since. */
async function open(memberships: ConversationId[] = []) {
  const hub = new Hub();
  const services = createFakeServices(hub, { memberships });
  const peer = createFakeSocket();
  const connection = new Connection(peer.socket, peer.stream);
  const session = new SocketSession(services, connection);
  const say = async (...frames: unknown[]) => {
    for (const frame of frames)
      session.receive(Buffer.from(typeof frame === 'string' ? frame : JSON.stringify(frame)), false);
    await turn();
  };
  await say({ type: 'hello', protocol: protocolVersion, token: 'good' });
  const greeted = peer.frames.length;
  return { hub, services, peer, connection, session, say, answers: () => peer.frames.slice(greeted) };
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
    const publish = (seq: number) => hub.deliver({ conversationId, events: [event(conversationId, seq)] });
    expect(publish(2)).toBe(1);
    session.closed();
    expect(publish(3)).toBe(0);
    expect(answers()).toEqual([{ type: 'event', event: event(conversationId, 2) }]);
  });

  it('that does not read is closed as slow and cut, and written to no more', async () => {
    const conversationId = newConversationId();
    const { hub, peer, answers } = await open([conversationId]);
    peer.queuedBytes = 1024 * 1024;
    hub.deliver({ conversationId, events: [event(conversationId, 2)] });
    expect(peer.closed).toBeUndefined();
    peer.queuedBytes += 1;
    for (const seq of [3, 4]) hub.deliver({ conversationId, events: [event(conversationId, seq)] });
    expect(peer.closed).toEqual({ code: 4008, reason: { reason: 'slow' } });
    expect([peer.isTerminated, answers().length]).toEqual([true, 1]);
  });
});

function event(conversationId: ConversationId, seq: number): ChatEvent {
  return { kind: 'members.removed', conversationId, seq, at: '', actorId: null, data: { userIds: [] } };
}
