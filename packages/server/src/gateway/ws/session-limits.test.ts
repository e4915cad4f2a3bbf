import { ParleyError, protocolVersion } from '@parley/protocol';
import { describe, expect, it } from 'vitest';
import { Hub } from '../../fanout/hub.js';
import { FrameMeter } from '../../limits/frame-meter.js';
import { createFakeSocket } from '../../testing/fake-socket.js';
import { connectFake, createFakeServices } from '../../testing/fake-socket-services.js';
import { turn } from '../../testing/turn.js';
import { SocketSession } from './session.js';

const limits = {
  countSocket: () => {},
  countHello: async () => {},
  meterFrames: () => new FrameMeter({ limit: 50, windowSeconds: 1, burst: 200 }),
};

async function connect(more: Partial<typeof limits> = {}) {
  const limited: string[] = [];
  const refused = (rule: string) => void limited.push(rule);
  const services = createFakeServices(new Hub(), { limits: { ...limits, refused, ...more } });
  const peer = createFakeSocket();
  const session = new SocketSession(services, connectFake(services, peer), '192.0.2.1');
  const say = (frame: object) => session.receive(Buffer.from(JSON.stringify(frame)), false);
  say({ type: 'hello', protocol: protocolVersion, token: 'good' });
  await turn();
  return { services, peer, session, say, limited };
}

describe('frames of a socket', () => {
  it('that are too many get rate_limited with a time, and the socket stays', async () => {
    const { peer, say, services, limited } = await connect();
    const greeted = peer.frames.length;
    for (let index = 0; index < 199; index += 1) say({ type: 'pong' });
    say({ type: 'call', id: 'late', operation: 'echo' });
    say({ type: 'open', conversationIds: [] });
    say({ type: 'pong' });
    const errors = peer.frames.slice(greeted);
    expect(errors).toMatchObject([
      { type: 'error', id: 'late', error: { code: 'rate_limited', retryable: true, retryAfterMs: 20 } },
      { type: 'error', error: { code: 'rate_limited', retryAfterMs: 20 } },
    ]);
    expect([services.calls.length, peer.closed, limited]).toEqual([0, undefined, Array(3).fill('frames')]);
    services.clock.advance(20);
    say({ type: 'call', id: 'again', operation: 'echo' });
    expect(services.calls).toHaveLength(1);
    expect(services.calls[0]?.call.address).toBe('192.0.2.1');
  });

  it.each(['frames', 'pings'])('that are too many for ten seconds end it with 4029: %s', async (what) => {
    const { peer, say, session, services } = await connect();
    for (let ms = 0; ms < 10_100 && peer.closed === undefined; ms += 1) {
      if (what === 'pings') session.pinged();
      else say({ type: 'call', id: `${ms}`, operation: 'echo' });
      services.calls.splice(0).map(({ resolve }) => resolve(null));
      services.clock.advance(1);
    }
    expect(peer.closed).toBeUndefined();
    for (let ms = 0; ms < 200; ms += 1) {
      session.pinged();
      services.clock.advance(1);
    }
    expect(peer.closed).toEqual({ code: 4029, reason: { reason: 'rate_limited', retryAfterMs: 5000 } });
  });
});

it('a hello that comes too often is told when to come back, before anything is read for it', async () => {
  const { peer, services } = await connect({
    countHello: () => Promise.reject(new ParleyError('rate_limited', { retryAfterMs: 900 })),
  });
  expect(peer.frames).toMatchObject([{ type: 'error', error: { code: 'rate_limited', retryAfterMs: 900 } }]);
  expect(peer.closed).toEqual({ code: 4029, reason: { reason: 'rate_limited', retryAfterMs: 900 } });
  expect(services.hub.size).toBe(0);
});
