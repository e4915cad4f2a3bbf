import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../testing/fake-clock.js';
import { publicationOf } from '../testing/publications.js';
import { newConversationId, newUserId } from '../testing/seed.js';
import { turn } from '../testing/turn.js';
import type { RemotePublication } from './broker.js';
import { createRedisBroker } from './broker-redis.js';

/** A Redis in memory that two brokers share and that can be taken away. */
function createFakeRedis() {
  const listeners: { channels: ReadonlySet<string>; message(message: Buffer): void; listening(): void }[] =
    [];
  const redis = {
    isUp: true,
    renewals: 0,
    comeBack: () => {
      redis.isUp = true;
      for (const listener of listeners) listener.listening();
    },
    links: () => ({
      publish: async (channel: string, message: Buffer) => {
        if (!redis.isUp) throw new Error('down');
        for (const listener of listeners) if (listener.channels.has(channel)) listener.message(message);
      },
      subscribe: (channels: readonly string[], on: { message(message: Buffer): void; listening(): void }) => {
        listeners.push({ channels: new Set(channels), ...on });
        on.listening();
      },
      renew: () => {
        redis.renewals += 1;
      },
      close: () => {},
    }),
  };
  return redis;
}

function openNode(redis: ReturnType<typeof createFakeRedis>, name: number, scope = 'ours') {
  const clock = createFakeClock();
  const heard = {
    publications: [] as RemotePublication[],
    touched: [] as string[],
    reconnects: 0,
    health: [] as string[],
    failed: 0,
  };
  const broker = createRedisBroker({
    links: redis.links(),
    incarnation: Buffer.alloc(16, name),
    scope,
    clock,
    counters: {
      published: () => {},
      publishFailed: () => {
        heard.failed += 1;
      },
      received: () => {},
    },
    onHealth: (health) => void heard.health.push(health),
  });
  broker.subscribe({
    onPublication: (publication) => void heard.publications.push(publication),
    onSignal: () => {},
    onTouched: (userIds) => void heard.touched.push(...userIds),
    onPeople: () => {},
    onReconnect: () => {
      heard.reconnects += 1;
    },
  });
  return { broker, clock, heard };
}

describe('the Redis broker', () => {
  it('carries publications and touched people to other nodes and drops its own', async () => {
    const redis = createFakeRedis();
    const [one, two] = [openNode(redis, 1), openNode(redis, 2)];
    const userId = newUserId();
    for (let count = 0; count < 50; count += 1) one.broker.publish(publicationOf(newConversationId(), [3]));
    one.broker.touch([userId]);
    await turn();
    expect([one.heard.publications.length, one.heard.touched]).toEqual([0, []]);
    expect([two.heard.publications.length, two.heard.touched]).toEqual([50, [userId]]);
  });

  it('does not hear nodes of another database on the same Redis', async () => {
    const redis = createFakeRedis();
    const [ours, theirs] = [openNode(redis, 1), openNode(redis, 2, 'theirs')];
    theirs.broker.publish(publicationOf(newConversationId(), [3]));
    theirs.broker.touch([newUserId()]);
    await turn();
    expect([ours.heard.publications, ours.heard.touched]).toEqual([[], []]);
  });

  it('is healthy once it has heard itself, unwell after three seconds of silence, and says so once a change', async () => {
    const redis = createFakeRedis();
    const { broker, clock, heard } = openNode(redis, 1);
    await turn();
    expect(broker.health).toBe('healthy');
    redis.isUp = false;
    for (let second = 0; second < 3; second += 1) clock.advance(1000);
    expect(broker.health).toBe('healthy');
    for (let second = 0; second < 5; second += 1) clock.advance(1000);
    expect([broker.health, heard.health]).toEqual(['unwell', ['healthy', 'unwell']]);
    redis.comeBack();
    await turn();
    expect([broker.health, heard.reconnects]).toEqual(['healthy', 2]);
  });

  it('gives its connections up when they carry nothing for five seconds, again and again', async () => {
    const redis = createFakeRedis();
    const { clock } = openNode(redis, 1);
    await turn();
    clock.advance(1000);
    redis.isUp = false;
    clock.advance(8000);
    expect(redis.renewals).toBe(1);
    clock.advance(10_000);
    expect(redis.renewals).toBe(3);
  });

  it('loses what it publishes while Redis is away, and counts it', async () => {
    const redis = createFakeRedis();
    const { broker, heard } = openNode(redis, 1);
    redis.isUp = false;
    broker.publish(publicationOf(newConversationId(), [1]));
    await turn();
    expect(heard.failed).toBe(1);
  });

  it('beats no more once it is closed', async () => {
    const { broker, clock } = openNode(createFakeRedis(), 1);
    await broker.close();
    expect(clock.pending).toBe(0);
  });
});
