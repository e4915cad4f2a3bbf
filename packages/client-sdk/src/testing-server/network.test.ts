import { describe, expect, it } from 'vitest';
import { fakeClock } from '../testing/fake-clock.js';
import { ask, connect, type RawClient, seqsOf, signUp, welcomeOf } from '../testing/raw-client.js';
import { createTestNetwork } from './network.js';
import { seededRandom } from './random.js';
import { createTestServer } from './test-server.js';

const conversationId = '0193abcd-0000-7000-8000-00000000000c';

async function setUp(seed = 1) {
  const clock = fakeClock(Date.UTC(2026, 0, 1));
  const server = createTestServer({ ...clock, random: seededRandom(seed) });
  const network = createTestNetwork({ server, clock, random: seededRandom(seed) });
  const line = network.connect();
  const { accessToken: token } = await signUp(server, 'ann');
  await ask(server, 'POST /v1/conversations', {
    token,
    body: { type: 'group', id: conversationId, memberIds: [] },
  });
  let sent = 0;
  /** Past the network, so that only what comes down goes through it. */
  const say = async (by: Parameters<typeof ask>[0] = server) => {
    sent += 1;
    const id = `0193abcd-0000-7000-8000-${String(sent).padStart(12, '0')}`;
    const body = { id, content: `message ${sent}` };
    return ask(by, `POST /v1/conversations/${conversationId}/messages`, { token, body });
  };
  const heads = async () => (await ask(server, `GET /v1/conversations/${conversationId}`, { token })).body;
  return { clock, server, network, line, token, say, heads };
}

async function enter({ line, token, clock }: Awaited<ReturnType<typeof setUp>>): Promise<RawClient> {
  const client = connect(line, token);
  await clock.advance(1000);
  welcomeOf(client);
  return client;
}

describe('the network of the test server', () => {
  it('lets everything through at once where no fault was asked for', async () => {
    const scene = await setUp();
    const client = await enter(scene);
    expect((await scene.say(scene.line)).status).toBe(201);
    await scene.clock.settle();
    expect(seqsOf(client.frames)).toEqual([2]);
    expect(scene.network.counts).toEqual({ partition: 0, loseResponse: 0, double: 0, reorder: 0, cut: 0 });
  });

  it('takes its time each way, and keeps the order', async () => {
    const scene = await setUp();
    const client = await enter(scene);
    scene.line.set({ latencyMs: [10, 100] });
    for (let count = 0; count < 5; count += 1) await scene.say();
    await scene.clock.advance(9);
    expect(seqsOf(client.frames)).toEqual([]);
    await scene.clock.advance(100);
    expect(seqsOf(client.frames)).toEqual([2, 3, 4, 5, 6]);
  });

  it('loses an answer after the effect, and a repeat gets the same one', async () => {
    const scene = await setUp();
    scene.line.set({ loseResponse: 1 });
    await expect(scene.say(scene.line)).rejects.toThrow(TypeError);
    expect(await scene.heads()).toMatchObject({ lastSeq: 2 });
    expect(scene.network.counts.loseResponse).toBe(1);
  });

  it('a partition swallows both ways and says nothing: a half-open socket', async () => {
    const scene = await setUp();
    const client = await enter(scene);
    scene.line.set({ partition: 'both' });
    client.send({ type: 'call', id: 'x', operation: 'getMe' });
    await scene.say();
    const controller = new AbortController();
    const request = scene.line.fetch('https://chat.test/health', { signal: controller.signal });
    controller.abort();
    await expect(request).rejects.toThrow('given up');
    expect([seqsOf(client.frames), client.closed]).toEqual([[], {}]);
    // The server gives up who is silent for two heartbeats, and the client does not hear of that either.
    await scene.clock.advance(60_000);
    expect([scene.server.countSockets(), client.closed]).toEqual([0, {}]);
    expect(scene.network.counts.partition).toBeGreaterThan(2);
  });

  it('a partition in one direction lets commands in and no answer out, or the other way round', async () => {
    const scene = await setUp();
    const client = await enter(scene);
    const send = (id: string) =>
      client.send({
        type: 'call',
        id,
        operation: 'sendMessage',
        input: { conversationId, id: idOf(id), content: id },
      });
    scene.line.set({ partition: 'down' });
    send('1');
    await scene.clock.settle();
    expect([await scene.heads(), seqsOf(client.frames)]).toMatchObject([{ lastSeq: 2 }, []]);
    scene.line.set({ partition: 'up' });
    send('2');
    await scene.say();
    await scene.clock.settle();
    expect([await scene.heads(), seqsOf(client.frames)]).toMatchObject([{ lastSeq: 3 }, [3]]);
  });

  it('doubles frames and lets them overtake, and every one comes', async () => {
    const scene = await setUp();
    const client = await enter(scene);
    scene.line.set({ double: 0.5, reorder: 0.5 });
    for (let count = 0; count < 20; count += 1) await scene.say();
    await scene.clock.advance(1000);
    const seqs = seqsOf(client.frames);
    const { double, reorder } = scene.network.counts;
    expect(new Set(seqs)).toEqual(new Set(Array.from({ length: 20 }, (_, index) => index + 2)));
    expect([double > 0, reorder > 0, seqs.length]).toEqual([true, true, 20 + double]);
    expect(seqs).not.toEqual([...seqs].sort((one, other) => one - other));
  });

  it('cuts in mid-flow: both sides hear of it, and what was cut off is in the log', async () => {
    const scene = await setUp();
    const client = await enter(scene);
    scene.line.set({ cut: 0.2 });
    for (let count = 0; count < 30; count += 1) await scene.say();
    await scene.clock.settle();
    expect([client.closed.code, scene.server.countSockets(), scene.network.counts.cut]).toEqual([1006, 0, 1]);
    expect(seqsOf(client.frames).length).toBeLessThan(30);
    expect(await scene.heads()).toMatchObject({ lastSeq: 31 });
  });

  it('what was sent before the client closed arrives', async () => {
    const scene = await setUp();
    const client = await enter(scene);
    scene.line.set({ latencyMs: 50 });
    const input = { conversationId, id: idOf('1'), content: 'last words' };
    client.send({ type: 'call', id: 'x', operation: 'sendMessage', input });
    client.socket.close();
    await scene.clock.advance(100);
    expect([await scene.heads(), scene.server.countSockets()]).toMatchObject([{ lastSeq: 2 }, 0]);
  });

  it('the same seed brings the same faults', async () => {
    const play = async () => {
      const scene = await setUp(7);
      const client = await enter(scene);
      scene.line.set({ double: 0.3, reorder: 0.3, latencyMs: [0, 80] });
      for (let count = 0; count < 20; count += 1) await scene.say();
      await scene.clock.advance(1000);
      return { frames: client.frames, counts: scene.network.counts };
    };
    expect(await play()).toEqual(await play());
  });
});

function idOf(text: string): string {
  return `0193abcd-0000-7000-9000-00000000000${text}`;
}
