import { expect, vi } from 'vitest';
import { type Core, openCore } from '../core.js';
import { optionDefaults } from '../options.js';
import { testSecret } from './test-secret.js';

export const withAndWithoutRedis = ['with Redis', 'without Redis'] as const;

export interface TwoNodes {
  readonly here: Core;
  readonly there: Core;
  /** Ends one of them before the other. */
  closeThere(): Promise<void>;
  close(): Promise<void>;
}

interface Place {
  readonly databaseUrl: string | undefined;
  /** @default both at the Redis of the tests */
  readonly redis?: (typeof withAndWithoutRedis)[number];
  /** Another way to Redis for `there`. */
  readonly redisUrlThere?: string;
}

/** Two nodes in this process, on one PostgreSQL; they hear each other when it resolves. */
export async function openTwoNodes({
  databaseUrl,
  redis = 'with Redis',
  redisUrlThere,
}: Place): Promise<TwoNodes> {
  const redisUrl = redis === 'with Redis' ? testRedisUrl() : undefined;
  const options = { ...optionDefaults, secret: testSecret, databaseUrl, redisUrl };
  const quiet = { info: () => {}, error: () => {} };
  const [here, there] = await Promise.all([
    openCore(options, quiet),
    openCore({ ...options, redisUrl: redisUrlThere ?? redisUrl }, quiet),
  ]);
  const state = redis === 'with Redis' ? 'redis' : 'polling';
  await vi.waitFor(() => expect([here.nodes.state, there.nodes.state]).toEqual([state, state]), {
    timeout: 20_000,
    interval: 20,
  });
  let closing: Promise<void> | undefined;
  const closeThere = (): Promise<void> => {
    closing ??= there.close();
    return closing;
  };
  const close = async (): Promise<void> => {
    await Promise.all([here.close(), closeThere()]);
  };
  return { here, there, closeThere, close };
}

/** The Redis that the test command started. */
export function testRedisUrl(): string {
  const url = process.env['PARLEY_TEST_REDIS_URL'];
  if (url === undefined)
    throw new Error('PARLEY_TEST_REDIS_URL is not set. Run `npm test -- database`, which brings a Redis.');
  return url;
}
