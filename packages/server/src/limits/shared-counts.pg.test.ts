/** Two nodes on one Redis; its clock is the real one, so the rules here are slow and what is compared are counts. */
import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:net';
import { ParleyError, type UserId } from '@parley/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type RateLimitOverrides, resolveRateLimits } from '../config/rate-limits.js';
import { parseRedisUrl } from '../config/redis-url.js';
import { openRedisScripts } from '../fanout/redis-scripts.js';
import { createFakeClock } from '../testing/fake-clock.js';
import { Limiter } from './limiter.js';
import { RateLimitedError } from './rate-limited-error.js';
import { createSharedCounts, type SharedCounts } from './shared-counts.js';

const rule = { perTokenMs: 60_000, burstMs: 300_000 };
const opened: { close(): void }[] = [];

function openShared(scope: string, url = process.env['PARLEY_TEST_REDIS_URL']): SharedCounts {
  const place = url === undefined ? undefined : parseRedisUrl(url);
  if (place === undefined) throw new Error('PARLEY_TEST_REDIS_URL is not set. Run `npm test -- database`.');
  const shared = createSharedCounts(openRedisScripts(place, Math.random), scope);
  opened.push(shared);
  return shared;
}

function openNode(shared: SharedCounts, limits: RateLimitOverrides = {}) {
  const clock = createFakeClock();
  let unshared = 0;
  const limiter = new Limiter({
    rules: resolveRateLimits(limits, false),
    clock,
    shared,
    onLimited: () => {},
    onUnshared: () => {
      unshared += 1;
    },
  });
  opened.push(limiter);
  const caller = (name: string) => ({
    operation: { name },
    actor: { userId: 'ann' as UserId },
    address: '192.0.2.1',
  });
  return {
    clock,
    unshared: () => unshared,
    register: async () => limiter.admit(caller('register'), {}) ?? Promise.reject(new Error('not counted')),
    logIn: async (login: string) =>
      limiter.admit(caller('login'), { login }) ?? Promise.reject(new Error('not counted')),
    /** Sends until it may not; how many went through. */
    sendAll: () => {
      for (let sent = 0; ; sent += 1)
        try {
          void limiter.admit(caller('sendMessage'), { conversationId: 'c' });
        } catch (error) {
          expect(error).toBeInstanceOf(RateLimitedError);
          return sent;
        }
    },
  };
}

/** Until the connection is there. */
async function settle(shared: SharedCounts): Promise<void> {
  await vi.waitFor(() => shared.add([]), { timeout: 5000, interval: 20 });
}

let scope: string;

beforeEach(() => {
  scope = randomBytes(6).toString('hex');
});

afterEach(() => {
  for (const each of opened.splice(0)) each.close();
});

describe('buckets in Redis', () => {
  it('are one for all nodes, and take from all keys or none', async () => {
    const [here, there] = [openShared(scope), openShared(scope)];
    await Promise.all([settle(here), settle(there)]);
    const taking = (first: string, cost = 1) =>
      ({ rule: 'login', bucket: { first, second: undefined }, pace: rule, cost }) as const;
    for (let index = 0; index < 5; index += 1)
      expect(await (index % 2 === 0 ? here : there).take([taking('a'), taking('b')])).toBeUndefined();
    const refusal = await there.take([taking('c'), taking('a')]);
    expect(refusal?.index).toBe(1);
    expect(refusal?.waitMs).toBeGreaterThan(59_000);
    expect(refusal?.waitMs).toBeLessThanOrEqual(60_000);
    const [owed = 0] = await here.add([taking('c', 0)]);
    expect(owed).toBe(0);
    expect(await there.add([taking('a', -1)])).toEqual([expect.closeTo(240_000, -4)]);
    expect(await here.take([taking('a'), taking('c')])).toBeUndefined();
  });

  it('of one database are not those of another', async () => {
    const [here, elsewhere] = [openShared(scope), openShared(`${scope}2`)];
    await Promise.all([settle(here), settle(elsewhere)]);
    const taking = { rule: 'login', bucket: { first: 'a', second: 'b' }, pace: rule, cost: 5 } as const;
    expect(await here.take([taking])).toBeUndefined();
    expect(await elsewhere.take([taking])).toBeUndefined();
    expect((await here.take([taking]))?.waitMs).toBeGreaterThan(290_000);
  });
});

describe('two nodes on one Redis', () => {
  it('let five accounts an hour through together, and five failed log-ins', async () => {
    const shared = [openShared(scope), openShared(scope)] as const;
    await Promise.all(shared.map(settle));
    const [here, there] = [openNode(shared[0]), openNode(shared[1])];
    const all = Array.from({ length: 12 }, (_, index) => (index % 2 === 0 ? here : there).register());
    const settled = await Promise.allSettled(all);
    expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(5);
    for (let index = 0; index < 5; index += 1)
      (await (index % 2 === 0 ? here : there).logIn('ann')).settle(new ParleyError('invalid_credentials'));
    await expect(here.logIn('ann')).rejects.toMatchObject({ rule: 'loginFailures' });
    await expect(there.logIn('ann')).rejects.toMatchObject({ rule: 'loginFailures' });
    expect([here.unshared(), there.unshared()]).toEqual([0, 0]);
  });

  it('learn each second what the other let through, and hold back until it has come in again', async () => {
    const shared = [openShared(scope), openShared(scope)] as const;
    await Promise.all(shared.map(settle));
    const tell = (node: typeof here, counts: SharedCounts, expected: number) => {
      node.clock.advance(1000);
      const ofAnn = {
        rule: 'send',
        bucket: { first: 'ann', second: undefined },
        pace: rule,
        cost: 0,
      } as const;
      return vi.waitFor(async () => {
        const [owed = 0] = await counts.add([ofAnn]);
        expect(Math.round(owed / 60_000)).toBe(expected);
      });
    };
    const limits: RateLimitOverrides = { send: { limit: 10, windowSeconds: 600, burst: 10 } };
    const [here, there] = [openNode(shared[0], limits), openNode(shared[1], limits)];
    expect([here.sendAll(), there.sendAll()]).toEqual([10, 10]);
    // Each has sent a whole burst before it heard of the other: together they owe two.
    await tell(here, shared[0], 10);
    await tell(there, shared[1], 20);
    for (const node of [here, there]) node.clock.advance(500_000);
    expect(there.sendAll()).toBe(0);
    for (const node of [here, there]) node.clock.advance(200_000);
    expect(there.sendAll()).toBeGreaterThan(0);
    expect([here.unshared(), there.unshared()]).toEqual([0, 0]);
  });

  it('decide each for itself within the time somebody can wait, when Redis accepts and says nothing', async () => {
    const silent: Server = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const address = silent.address();
    if (address === null || typeof address === 'string') throw new Error('a port was asked for');
    const node = openNode(openShared(scope, `redis://127.0.0.1:${address.port}`));
    for (let index = 0; index < 5; index += 1) await node.register();
    await expect(node.register()).rejects.toThrow(RateLimitedError);
    expect(node.unshared()).toBe(5);
    silent.close();
  });
});
