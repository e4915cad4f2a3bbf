import { headsDigest, limits, ParleyError, protocolVersion } from '@parley/protocol';
import { describe, expect, it } from 'vitest';
import { Hub } from '../../fanout/hub.js';
import { fakeEvent } from '../../testing/fake-event.js';
import { createFakeSocket } from '../../testing/fake-socket.js';
import { connectFake, createFakeServices, emptyState } from '../../testing/fake-socket-services.js';
import { newConversationId } from '../../testing/seed.js';
import { turn } from '../../testing/turn.js';
import type { Verdict } from './admission.js';
import { SocketSession } from './session.js';

type Options = Parameters<typeof createFakeServices>[1];

function connect(options: Options = {}) {
  const hub = new Hub();
  const services = createFakeServices(hub, options);
  const peer = createFakeSocket();
  const session = new SocketSession(services, connectFake(services, peer));
  const say = async (frame: unknown) => {
    session.receive(Buffer.from(typeof frame === 'string' ? frame : JSON.stringify(frame)), false);
    await turn();
  };
  return { hub, services, peer, session, say };
}

const hello = { type: 'hello', protocol: protocolVersion, token: 'good' };

async function connectAndGreet(options: Options = {}) {
  const connected = connect(options);
  await connected.say(hello);
  expect(connected.peer.frames.at(-1)?.type).toBe('welcome');
  return { ...connected, greeted: connected.peer.frames.length };
}

describe('greeting', () => {
  it('answers hello with heads and welcome, and puts the socket into the hub', async () => {
    const conversationId = newConversationId();
    const { peer, hub, services } = await connectAndGreet({ memberships: [conversationId] });
    expect(peer.frames).toEqual([
      { type: 'heads', heads: [[conversationId, 1]] },
      {
        type: 'welcome',
        protocol: protocolVersion,
        userId: services.actor.userId,
        sessionId: services.actor.sessionId,
        epoch: 'epoch',
        since: 'since',
        userSeq: 0,
        features: ['messages'],
        heartbeatMs: 15_000,
      },
    ]);
    expect(hub.size).toBe(1);
  });

  it('tells of conversations one is no longer in by -1, a thousand heads a frame', async () => {
    const gone = Array.from({ length: 1001 }, newConversationId);
    const { peer } = await connectAndGreet({
      readResumeState: async () => ({ ...emptyState, gone }),
    });
    const lengths = peer.frames.map((frame) => (frame.type === 'heads' ? frame.heads.length : frame.type));
    expect(lengths).toEqual([1000, 1, 'welcome']);
    expect(peer.frames[1]).toEqual({ type: 'heads', heads: [[gone[1000], -1]] });
  });

  it('shows "since" to the log only when its epoch is ours', async () => {
    const asked: (string | undefined)[] = [];
    const options: Options = {
      readResumeState: async ({ since }) => {
        asked.push(since);
        return emptyState;
      },
    };
    await connect(options).say({ ...hello, resume: { epoch: 'epoch', since: 'mine' } });
    await connect(options).say({ ...hello, resume: { epoch: 'other', since: 'theirs' } });
    await connect(options).say(hello);
    expect(asked).toEqual(['mine', undefined, undefined]);
  });

  it('gives what was published while heads were read, after the welcome', async () => {
    const conversationId = newConversationId();
    let answer = () => {};
    const { hub, peer, say } = connect({
      readResumeState: () =>
        new Promise((resolve) => {
          const heads = new Map([[conversationId, 4]]);
          answer = () => resolve({ ...emptyState, heads, memberships: heads });
        }),
    });
    await say(hello);
    for (const seq of [4, 5]) hub.deliver({ conversationId, events: [fakeEvent(conversationId, seq)] });
    answer();
    await turn();
    hub.deliver({ conversationId, events: [fakeEvent(conversationId, 6)] });
    const told = peer.frames.map((frame) => (frame.type === 'event' ? frame.event.seq : frame.type));
    expect(told).toEqual(['heads', 'welcome', 5, 6]);
  });

  it('closes a peer that does not say hello within five seconds, by the clock', () => {
    const { peer, services } = connect();
    services.clock.advance(4999);
    expect(peer.closed).toBeUndefined();
    services.clock.advance(1);
    expect(peer.closed).toEqual({ code: 4501, reason: { reason: 'unauthorized' } });
  });

  it('does not close one that said it', async () => {
    const { peer, services } = await connectAndGreet();
    services.clock.advance(6000);
    expect([peer.closed, services.clock.pending]).toEqual([undefined, 0]);
  });

  it.each([
    ['expired', 'token_expired'],
    ['rubbish', 'token_invalid'],
  ])('answers a token that is %s by the error frame %s and a close', async (token, code) => {
    const { peer, hub, say } = connect();
    await say({ ...hello, token });
    expect(peer.frames).toMatchObject([{ type: 'error', error: { code } }]);
    expect([peer.closed?.code, hub.size]).toEqual([4501, 0]);
  });

  it('sends a revoked session away by a code of its own', async () => {
    const ended = { ...emptyState, isSessionLive: false };
    const { peer, say } = connect({ readResumeState: async () => ended });
    await say(hello);
    expect(peer.frames).toMatchObject([{ type: 'error', error: { code: 'session_revoked' } }]);
    expect(peer.closed?.code).toBe(4503);
  });

  it('tells the peer to come back when the database is away', async () => {
    const away = new ParleyError('unavailable', { retryAfterMs: 700 });
    const { peer, say } = connect({ readResumeState: () => Promise.reject(away) });
    await say(hello);
    expect(peer.closed).toEqual({ code: 4000, reason: { reason: 'going_away', retryAfterMs: 700 } });
  });

  it('closes a peer of another version', async () => {
    const { peer, say } = connect();
    await say({ ...hello, protocol: 99 });
    expect(peer.closed?.code).toBe(4526);
  });

  it('closes a first frame that is too large, binary, or no hello', async () => {
    const big = connect();
    await big.say({ ...hello, token: 'x'.repeat(limits.helloBytes) });
    expect(big.peer.closed?.code).toBe(4500);
    const binary = connect();
    binary.session.receive(Buffer.from('{}'), true);
    expect(binary.peer.closed?.code).toBe(4500);
    for (const frame of ['{', { type: 'nonsense' }, { type: 'call', id: '1', operation: 'echo' }]) {
      const { peer, services, say } = connect();
      await say(frame);
      expect([peer.closed?.code, services.calls]).toEqual([4501, []]);
    }
  });

  it('tells how far the own log goes: in the welcome, and later what is further, once', async () => {
    const { hub, peer, services } = await connectAndGreet({
      readResumeState: async () => ({ ...emptyState, userSeq: 4 }),
    });
    const [subscriber] = hub.subscribersOf(services.actor.userId);
    for (const seq of [4, 6, 5, 6]) subscriber?.writeOwnHead(seq);
    expect(peer.frames).toMatchObject([
      { type: 'welcome', userSeq: 4 },
      { type: 'own_head', seq: 6 },
    ]);
  });

  it('says that somebody is on the way in before it reads, and is done with it once they are in or refused', async () => {
    const told: string[] = [];
    const options: Options = {
      arriving: () => {
        told.push('arriving');
        return () => void told.push('arrived');
      },
      readResumeState: async () => {
        told.push('read');
        return emptyState;
      },
    };
    await connect(options).say(hello);
    expect(told).toEqual(['arriving', 'read', 'arrived']);
    told.length = 0;
    const away = () => Promise.reject(new ParleyError('unavailable'));
    await connect({ ...options, readResumeState: away }).say(hello);
    expect(told).toEqual(['arriving', 'arrived']);
  });

  it('leaves nothing in the hub when the peer goes while its heads are read', async () => {
    let answer = () => {};
    const { hub, session, say, peer } = connect({
      readResumeState: () =>
        new Promise((resolve) => {
          answer = () => resolve(emptyState);
        }),
    });
    await say(hello);
    session.closed();
    answer();
    await turn();
    expect([hub.size, peer.frames]).toEqual([0, []]);
  });
});

describe('admission', () => {
  const refusing = (verdict: Promise<Verdict>, done = () => {}): Options => ({
    admission: { enter: () => ({ verdict, done }) },
  });

  it('that refuses closes with the time to come back, before the token is looked at', async () => {
    const { peer, services, say, hub } = connect(
      refusing(Promise.resolve({ type: 'refused', retryAfterMs: 3210 })),
    );
    await say({ ...hello, token: 'rubbish' });
    expect(peer.closed).toEqual({ code: 4030, reason: { reason: 'admission', retryAfterMs: 3210 } });
    expect([peer.frames, hub.size, services.counted]).toEqual([[], 0, ['refused admission']]);
  });

  it('is told when the peer leaves in line, and when it has entered', async () => {
    const told: string[] = [];
    const waiting = connect(refusing(new Promise(() => {}), () => void told.push('left')));
    await waiting.say(hello);
    expect(told).toEqual([]);
    waiting.session.closed();
    expect(told).toEqual(['left']);
    await connectAndGreet(refusing(Promise.resolve({ type: 'admitted' }), () => void told.push('entered')));
    expect(told).toEqual(['left', 'entered']);
  });
});

describe('a drain', () => {
  it('asks who is in to move, and sends away who is not in yet', async () => {
    const { peer, session, greeted } = await connectAndGreet();
    session.moveAway(10_000, 700);
    expect(peer.frames.slice(greeted)).toEqual([{ type: 'going_away', withinMs: 10_000 }]);
    expect(peer.closed).toBeUndefined();
    const outside = connect();
    outside.session.moveAway(10_000, 700);
    expect(outside.peer.closed).toEqual({ code: 4000, reason: { reason: 'going_away', retryAfterMs: 700 } });
  });
});

describe('heartbeat', () => {
  it('carries the digest of what the socket should know', async () => {
    const conversationId = newConversationId();
    const { hub, peer, session } = await connectAndGreet({ memberships: [conversationId] });
    session.beat();
    expect(peer.frames.at(-1)).toEqual({ type: 'ping', digest: headsDigest([[conversationId, 1]]) });
    hub.deliver({ conversationId, events: [fakeEvent(conversationId, 2)] });
    session.beat();
    expect(peer.frames.at(-1)).toEqual({ type: 'ping', digest: headsDigest([[conversationId, 2]]) });
  });

  it('pings a peer that lives and cuts one that was silent for two beats', async () => {
    const { peer, services, session, say, greeted } = await connectAndGreet();
    services.clock.advance(30_000);
    session.beat();
    expect(peer.frames.slice(greeted)).toEqual([{ type: 'ping', digest: 0 }]);
    await say({ type: 'pong' });
    services.clock.advance(30_000);
    session.beat();
    expect(peer.isTerminated).toBe(false);
    services.clock.advance(1);
    session.beat();
    expect(peer.isTerminated).toBe(true);
  });

  it('closes a socket half a minute after its token has ended, unless it brought a new one', async () => {
    const [tired, fresh] = [await connectAndGreet(), await connectAndGreet()];
    for (const one of [tired, fresh]) {
      for (let beats = 0; beats < 3; beats += 1) {
        one.services.clock.advance(30_000);
        if (one === fresh) await one.say({ type: 'refresh', token: 'good' });
        else await one.say({ type: 'pong' });
      }
      one.session.beat();
      expect(one.peer.closed).toBeUndefined();
      one.services.clock.advance(1);
      one.session.beat();
    }
    expect([tired.peer.closed?.code, fresh.peer.closed]).toEqual([4501, undefined]);
    expect(fresh.peer.frames.filter((frame) => frame.type === 'refreshed')).toHaveLength(3);
  });
});
