/**
 * The kinds of Redis there are besides a single server. Signals cross between nodes through Redis alone, so who is seen typing shows that it carries; events
 * come also without it, and show that nothing is lost meanwhile.
 */
import type { DownFrame } from '@parley/protocol/wire';
import { afterEach, describe, expect, it } from 'vitest';
import { callAs, createGroup, newId, type Person, register } from '../support/people.js';
import { RawSocket } from '../support/raw-socket.js';
import { Cluster } from './cluster.js';
import { openRedisCluster, openWatchedRedis, type RedisKind } from './redis-kinds.js';
import { waitFor } from './wait-for.js';

const patienceMs = 20_000;
let opened: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const each of opened.reverse()) await each.close();
  opened = [];
});

async function setUp<Kind extends RedisKind>(open: () => Promise<Kind>) {
  const redis = await open();
  opened.push(redis);
  const cluster = await Cluster.open({ nodes: 2, hasRedis: false, env: { PARLEY_REDIS_URL: redis.url } });
  opened.push(cluster);
  const [here, there] = [cluster.urlOf(0), cluster.urlOf(1)];
  const [ann, bob] = [await register(here), await register(here)];
  const { id: conversationId } = await createGroup(here, ann, [bob]);
  const socket = await RawSocket.enter(there, bob.token);
  opened.push(socket);
  socket.setOpen([conversationId]);
  /** Ann types and stops at one node until Bob sees it at the other. */
  const seesTyping = async (): Promise<boolean> => {
    const isSignal = (frame: DownFrame) => frame.type === 'signal' && frame.signal.kind === 'typing';
    while (socket.has(isSignal)) await socket.next(isSignal);
    let isTyping = false;
    return waitFor(async () => {
      isTyping = !isTyping;
      await callAs({ url: here, person: ann }, 'setTyping', { conversationId, isTyping });
      return socket.has(isSignal);
    }, patienceMs);
  };
  return { redis, cluster, socket, seesTyping, say: sayer(here, ann, conversationId) };
}

function sayer(url: string, person: Person, conversationId: string) {
  return async (content: string): Promise<number> => {
    const { seq } = await callAs({ url, person }, 'sendMessage', { conversationId, id: newId(), content });
    return seq;
  };
}

describe('two nodes', () => {
  it('hear each other through a Redis Cluster of three', async () => {
    const { cluster, socket, seesTyping, say } = await setUp(openRedisCluster);
    expect(await seesTyping()).toBe(true);
    const seq = await say('over the cluster');
    await socket.next((frame) => frame.type === 'event' && frame.event.seq === seq);
    const count = await cluster.counts();
    expect(count('parley_broker_received_total')).toBeGreaterThan(0);
    expect(count('parley_broker_healthy')).toBe(2);
    expect(cluster.output()).not.toContain('Redis does not answer');
  });

  it('go over to the replica when the server behind a sentinel is killed, and miss nothing meanwhile', async () => {
    const { redis, cluster, socket, seesTyping, say } = await setUp(openWatchedRedis);
    expect(await seesTyping()).toBe(true);
    const before = await say('before');
    await socket.next((frame) => frame.type === 'event' && frame.event.seq === before);
    const failover = redis.killMaster();
    const meanwhile = await say('meanwhile');
    await socket.next((frame) => frame.type === 'event' && frame.event.seq === meanwhile);
    await failover;
    const healthy = async (): Promise<boolean> => (await cluster.counts())('parley_broker_healthy') === 2;
    expect(await waitFor(healthy, patienceMs), cluster.output()).toBe(true);
    expect(await seesTyping()).toBe(true);
  });
});
