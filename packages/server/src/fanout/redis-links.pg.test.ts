/** The broker over a real Redis, through a way that is cut and falls silent. */
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { parseRedisUrl } from '../config/redis-url.js';
import { systemClock } from '../lib/clock.js';
import { publicationOf } from '../testing/publications.js';
import { newConversationId } from '../testing/seed.js';
import { openTcpProxy, type TcpProxy } from '../testing/tcp-proxy.js';
import type { Broker } from './broker.js';
import { createRedisBroker } from './broker-redis.js';
import { openRedisLinks } from './redis-links.js';

/** Other test files use the same Redis at the same time. */
const scope = randomBytes(6).toString('hex');
const soon = { timeout: 15_000, interval: 20 };

describe('two brokers on one Redis', () => {
  let proxy: TcpProxy;
  let one: ReturnType<typeof openBroker>;
  let two: ReturnType<typeof openBroker>;

  beforeEach(async () => {
    const url = process.env['PARLEY_TEST_REDIS_URL'];
    const place = parseRedisUrl(url ?? '');
    const [target] = place?.hosts ?? [];
    if (place === undefined || target === undefined)
      throw new Error('PARLEY_TEST_REDIS_URL is not set. Run `npm test -- database`.');
    proxy = await openTcpProxy(target);
    one = openBroker({ ...place, hosts: [{ host: '127.0.0.1', port: proxy.port }] });
    two = openBroker(place);
    await vi.waitFor(
      () => expect([one.broker.health, two.broker.health]).toEqual(['healthy', 'healthy']),
      soon,
    );
  });

  afterEach(async () => {
    await Promise.all([one.broker.close(), two.broker.close()]);
    await proxy.close();
  });

  it('carry what is published both ways, whole, and none of their own', async () => {
    const publication = publicationOf(newConversationId(), [4, 5]);
    one.broker.publish(publication);
    two.broker.publish(publication);
    await vi.waitFor(() => expect([one.heard, two.heard]).toEqual([[publication], [publication]]), soon);
  });

  it('lose at once what is published while the way is cut, and come back by themselves', async () => {
    proxy.set('cut');
    await vi.waitFor(() => expect(one.broker.health).toBe('unwell'), soon);
    const startedAt = performance.now();
    for (let count = 0; count < 1000; count += 1) one.broker.publish(publicationOf(newConversationId(), [1]));
    await vi.waitFor(() => expect(one.counts.failed).toBeGreaterThanOrEqual(1000), soon);
    expect(performance.now() - startedAt).toBeLessThan(5000);
    const before = one.counts.reconnects;
    proxy.set('open');
    await vi.waitFor(() => {
      expect(one.broker.health).toBe('healthy');
      expect(one.counts.reconnects).toBeGreaterThan(before);
    }, soon);
    const publication = publicationOf(newConversationId(), [9]);
    two.broker.publish(publication);
    await vi.waitFor(() => expect(one.heard).toEqual([publication]), soon);
    // What was lost is not delivered later.
    expect(two.heard).toEqual([]);
  });

  it('notice a way that is open and silent, and take another', async () => {
    proxy.set('silent');
    await vi.waitFor(() => expect(one.broker.health).toBe('unwell'), soon);
    one.broker.publish(publicationOf(newConversationId(), [1]));
    await vi.waitFor(() => expect(one.counts.failed).toBeGreaterThan(0), soon);
    expect(two.broker.health).toBe('healthy');
    proxy.set('open');
    await vi.waitFor(() => expect(one.broker.health).toBe('healthy'), soon);
    const publication = publicationOf(newConversationId(), [2]);
    one.broker.publish(publication);
    await vi.waitFor(() => expect(two.heard).toEqual([publication]), soon);
  });
});

function openBroker(place: Parameters<typeof openRedisLinks>[0]): {
  broker: Broker;
  heard: unknown[];
  counts: { failed: number; reconnects: number };
} {
  const counts = { failed: 0, reconnects: 0 };
  const heard: unknown[] = [];
  const broker = createRedisBroker({
    links: openRedisLinks(place, Math.random),
    incarnation: randomBytes(16),
    scope,
    clock: systemClock,
    counters: {
      published: () => {},
      received: () => {},
      publishFailed: () => {
        counts.failed += 1;
      },
    },
    onHealth: () => {},
  });
  broker.subscribe({
    onPublication: (publication) => void heard.push(publication.read()),
    onSignal: () => {},
    onTouched: () => {},
    onPeople: () => {},
    onReconnect: () => {
      counts.reconnects += 1;
    },
  });
  return { broker, heard, counts };
}
