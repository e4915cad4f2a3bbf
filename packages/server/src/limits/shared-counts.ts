/**
 * Buckets that all nodes share, in Redis. Kept as in bucket.ts: one number, the moment a bucket is full again, by the clock of Redis; it expires then.
 *
 * - `take` takes from several buckets or from none, and is awaited: for what is expensive.
 * - `add` tells what was taken here already and learns what is owed in all: for what is frequent, once a second.
 * - All keys carry one hash tag, so that a script finds them on one node of a cluster.
 */
import type { RateLimitName } from '../config/rate-limits.js';
import type { RedisScripts } from '../fanout/redis-scripts.js';
import type { Bucket, Pace } from './bucket.js';

export interface SharedTaking {
  readonly rule: RateLimitName;
  readonly bucket: Pick<Bucket, 'first' | 'second'>;
  readonly pace: Pace;
  /** Tokens; below 0 gives back. */
  readonly cost: number;
}

export interface SharedCounts {
  /** Takes from all, or from none: then the index of the one that has to wait longest, and how long. */
  take(
    takings: readonly SharedTaking[],
  ): Promise<{ readonly waitMs: number; readonly index: number } | undefined>;
  /** Takes whatever is there. Milliseconds until each bucket is full, in the same order. */
  add(takings: readonly SharedTaking[]): Promise<readonly number[]>;
  close(): void;
}

/** @param scope  names the database the nodes share: others on the same Redis count for themselves */
export function createSharedCounts(scripts: RedisScripts, scope: string): SharedCounts {
  const run = async (mode: 'take' | 'add', takings: readonly SharedTaking[]): Promise<number[]> => {
    const keys = takings.map(({ rule, bucket: { first, second } }) =>
      second === undefined
        ? `parley:{${scope}}:limit:${rule}:${first}`
        : `parley:{${scope}}:limit:${rule}:${first}:${second}`,
    );
    const values = takings.flatMap(({ pace: { perTokenMs, burstMs }, cost }) => [
      String(perTokenMs),
      String(burstMs),
      String(cost),
    ]);
    const answer = await scripts.evaluate(script, keys, [mode, ...values]);
    if (!Array.isArray(answer)) throw new Error('Redis answered a script with no list');
    return answer.map(Number);
  };
  return {
    take: async (takings) => {
      const [waitMs = 0, index = 0] = await run('take', takings);
      return waitMs > 0 ? { waitMs, index } : undefined;
    },
    add: (takings) => run('add', takings),
    close: () => scripts.close(),
  };
}

const script = `
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local full, wait, longest = {}, 0, 0
for i, key in ipairs(KEYS) do
  local perToken, burst, cost = tonumber(ARGV[3 * i - 1]), tonumber(ARGV[3 * i]), tonumber(ARGV[3 * i + 1])
  full[i] = math.max(tonumber(redis.call('GET', key) or '0'), now) + cost * perToken
  local missing = full[i] - now - burst
  if missing > 0.01 and missing > wait then
    wait = missing
    longest = i - 1
  end
end
if ARGV[1] == 'take' and wait > 0 then return { math.ceil(wait), longest } end
local owed = {}
for i, key in ipairs(KEYS) do
  owed[i] = math.max(0, math.ceil(full[i] - now))
  if owed[i] > 0 then redis.call('SET', key, string.format('%.3f', full[i]), 'PX', string.format('%d', owed[i]))
  else redis.call('DEL', key) end
end
if ARGV[1] == 'take' then return { 0, 0 } end
return owed
`;
