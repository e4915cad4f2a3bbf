import type { AddressInfo } from 'node:net';
import { type DownFrame, limits, protocolVersion } from '@parley/protocol';
import fastify, { type FastifyInstance } from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { Hub } from '../../fanout/hub.js';
import { systemClock } from '../../lib/clock.js';
import { fakeEvent } from '../../testing/fake-event.js';
import { createFakeServices, type FakeSocketServices } from '../../testing/fake-socket-services.js';
import { newConversationId } from '../../testing/seed.js';
import { registerSocket } from './socket.js';

const apps: FastifyInstance[] = [];
const sockets: WebSocket[] = [];

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.terminate();
  await Promise.all(apps.splice(0).map((app) => app.close()));
});

async function serve(drainMs: number, memberships = [newConversationId()]) {
  const hub = new Hub();
  const services = createFakeServices(hub, { memberships });
  const app = fastify({ return503OnClosing: false, forceCloseConnections: true });
  apps.push(app);
  // Sockets are real here, and so is time.
  await app.register((api) => registerSocket(api, { ...services, clock: systemClock }, { drainMs }));
  app.get('/rest', async () => 'served');
  await app.listen({ port: 0, host: '127.0.0.1' });
  // A server that listens on a port has an address of this kind.
  const { port } = app.server.address() as AddressInfo;
  return { app, hub, services, memberships, address: `127.0.0.1:${port}` };
}

async function open(address: string) {
  const socket = new WebSocket(`ws://${address}/v1/socket`, { perMessageDeflate: false });
  sockets.push(socket);
  const frames: DownFrame[] = [];
  let arrived = () => {};
  socket.on('message', (data) => {
    frames.push(JSON.parse(String(data)));
    arrived();
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) =>
    socket.once('close', (code, reason) => resolve({ code, reason: String(reason) })),
  );
  const until = async (wanted: (frame: DownFrame) => boolean): Promise<DownFrame> => {
    for (;;) {
      const frame = frames.find(wanted);
      if (frame !== undefined) return frame;
      await new Promise<void>((resolve) => {
        arrived = resolve;
      });
    }
  };
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  return { socket, frames, closed, until };
}

async function enter(address: string) {
  const peer = await open(address);
  peer.socket.send(JSON.stringify({ type: 'hello', protocol: protocolVersion, token: 'good' }));
  await peer.until(({ type }) => type === 'welcome');
  return peer;
}

describe('a server that closes', () => {
  it('sends sockets away at once when there is nowhere to move to', async () => {
    const { app, address } = await serve(0);
    const peer = await enter(address);
    await app.close();
    const { code, reason } = await peer.closed;
    expect([code, JSON.parse(reason).reason]).toEqual([4000, 'going_away']);
    expect(peer.frames.map(({ type }) => type)).toEqual(['heads', 'welcome']);
  });

  it('asks them to move, serves them and REST meanwhile, sends new ones away, and ends when the last has gone', async () => {
    const { app, services, address } = await serve(60_000);
    const peer = await enter(address);
    const closing = app.close();
    expect(await peer.until(({ type }) => type === 'going_away')).toEqual({
      type: 'going_away',
      withinMs: 60_000,
    });
    peer.socket.send(JSON.stringify({ type: 'call', id: '1', operation: 'echo' }));
    const call = await firstCall(services);
    call.resolve('done');
    expect(await peer.until(({ type }) => type === 'result')).toMatchObject({ id: '1', result: 'done' });
    expect(await (await fetch(`http://${address}/rest`)).text()).toBe('served');
    const late = await open(address);
    const { code, reason } = await late.closed;
    expect([code, JSON.parse(reason)]).toEqual([4000, { reason: 'going_away', retryAfterMs: 1250 }]);
    expect(services.counted).toEqual(['refused draining']);
    peer.socket.close();
    await closing;
  });
});

describe('a socket over TCP', () => {
  it('whose peer stops reading holds little, and its peer misses nothing when it reads again', async () => {
    const { hub, services, address, memberships } = await serve(0);
    const [conversationId = newConversationId()] = memberships;
    const [slow, quick] = [await enter(address), await enter(address)];
    for (const subscriber of hub.subscribersOf(services.actor.userId))
      hub.setOpen(subscriber, [conversationId]);
    slow.socket.pause();
    const last = 20_000;
    for (let seq = 2; seq <= last; seq += 1) {
      hub.deliver({ conversationId, events: [fakeEvent(conversationId, seq, 'x'.repeat(1000))] });
      // The one that reads is waited for; the other never reads.
      if (seq % 200 === 0) await quick.until((frame) => frame.type === 'event' && frame.event.seq === seq);
    }
    expect(quick.frames.filter(({ type }) => type === 'event')).toHaveLength(last - 1);
    slow.socket.resume();
    const heads = await slow.until((frame) => frame.type === 'heads' && frame.heads[0]?.[1] !== 1);
    expect(heads).toEqual({ type: 'heads', heads: [[conversationId, last]] });
    const seqs = slow.frames.flatMap((frame) => (frame.type === 'event' ? [frame.event.seq] : []));
    expect(seqs.length).toBeLessThan(last - 1);
    expect(seqs).toEqual(Array.from(seqs, (_, index) => index + 2));
    hub.deliver({ conversationId, events: [fakeEvent(conversationId, last + 1)] });
    await slow.until((frame) => frame.type === 'event' && frame.event.seq === last + 1);
  }, 30_000);

  it('is closed for a frame above the limit, and for one in too many fragments', async () => {
    const { address } = await serve(0);
    const [large, torn] = [await enter(address), await enter(address)];
    large.socket.send('x'.repeat(limits.frameBytes + 1));
    expect((await large.closed).code).toBe(1009);
    for (let count = 0; count <= limits.frameFragments; count += 1) torn.socket.send('x', { fin: false });
    expect((await torn.closed).code).toBe(1008);
  });
});

async function firstCall({ calls }: FakeSocketServices) {
  for (;;) {
    const [call] = calls;
    if (call !== undefined) return call;
    await new Promise(setImmediate);
  }
}
