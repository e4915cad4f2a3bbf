import { ParleyError, type UserId } from '@parley/protocol';
import { describe, expect, it } from 'vitest';
import { type RateLimitOverrides, resolveRateLimits } from '../config/rate-limits.js';
import { createFakeClock } from '../testing/fake-clock.js';
import { turn } from '../testing/turn.js';
import { Limiter } from './limiter.js';
import { RateLimitedError } from './rate-limited-error.js';
import type { SharedCounts, SharedTaking } from './shared-counts.js';

interface Options {
  readonly limits?: RateLimitOverrides;
  readonly shared?: SharedCounts;
  readonly capacity?: number;
}

function open({ limits = {}, shared, capacity }: Options = {}) {
  const clock = createFakeClock();
  const limited: string[] = [];
  let unshared = 0;
  const limiter = new Limiter({
    rules: resolveRateLimits(limits, false),
    clock,
    shared,
    onLimited: (rule) => void limited.push(rule),
    onUnshared: () => {
      unshared += 1;
    },
    ...(capacity === undefined ? {} : { capacity }),
  });
  const call = (operation: string, input: object = {}, caller: { user?: string; address?: string } = {}) =>
    limiter.admit(
      {
        operation: { name: operation },
        actor: caller.user === undefined ? undefined : { userId: caller.user as UserId },
        address: caller.address ?? '192.0.2.1',
      },
      { ...input },
    );
  /** Whether a message went through; else the wait. */
  const send = (user: string, conversationId = 'c') =>
    waitOf(() => call('sendMessage', { conversationId }, { user }));
  const sendBulk = (user: string, total: number) => {
    const messages = Array.from({ length: total }, () => ({}));
    return waitOf(() => call('sendMessages', { conversationId: 'c', messages }, { user }));
  };
  /** An attempt to log in that fails, or not. */
  const logIn = async (input: { login: string; fits?: boolean; address?: string }) => {
    const { login, fits = false, address = '192.0.2.1' } = input;
    try {
      const held = await call('login', { login }, { address });
      held?.settle(fits ? undefined : new ParleyError('invalid_credentials'));
      return 'tried';
    } catch (error) {
      return error instanceof RateLimitedError ? error.rule : String(error);
    }
  };
  return { limiter, clock, limited, call, send, sendBulk, logIn, unshared: () => unshared };
}

function waitOf(act: () => unknown): number {
  try {
    act();
    return 0;
  } catch (error) {
    if (error instanceof RateLimitedError) return error.retryAfterMs ?? Number.NaN;
    throw error;
  }
}

const count = (total: number, send: () => number): number =>
  Array.from({ length: total }, send).filter((wait) => wait === 0).length;

describe('messages of a person', () => {
  it('go through twenty at once, then five a second', () => {
    const { send, clock, limited } = open();
    expect(count(30, () => send('ann'))).toBe(20);
    expect(send('ann')).toBe(200);
    clock.advance(199);
    expect(send('ann')).toBe(1);
    clock.advance(1);
    expect([send('ann'), send('ann')]).toEqual([0, 200]);
    expect(new Set(limited)).toEqual(new Set(['send']));
  });

  it('go through sixty a minute in one conversation, and elsewhere all the same', () => {
    const { send, clock, limited } = open();
    const passed = (conversation: string) =>
      Array.from({ length: 300 }, () => {
        clock.advance(200);
        return send('ann', conversation);
      }).filter((wait) => wait === 0).length;
    // A minute: the sixty of a bucket that was full, and the sixty that came in meanwhile.
    expect(passed('one')).toBeLessThanOrEqual(120);
    expect(limited.at(-1)).toBe('sendPerConversation');
    expect(send('ann', 'one')).toBeGreaterThan(0);
    expect([send('ann', 'two'), send('bob', 'one')]).toEqual([0, 0]);
    clock.advance(60_000);
    expect([passed('one') >= 60, send('ann', 'two')]).toEqual([true, 0]);
  });

  it('go through a thousand an hour over all conversations', () => {
    const { send, clock, limited } = open();
    let passed = 0;
    for (let minute = 0; minute < 60; minute += 1) {
      for (let index = 0; index < 60; index += 1) {
        clock.advance(1000);
        if (send('ann', `c${index % 3}`) === 0) passed += 1;
      }
    }
    expect(passed).toBeGreaterThan(1900);
    expect(passed).toBeLessThanOrEqual(2000);
    expect(new Set(limited)).toEqual(new Set(['sendPerHour']));
  });

  it('count each when they come in one call, which waits for a full bucket where it never fits', () => {
    const { send, sendBulk, clock } = open();
    expect(sendBulk('ann', 40)).toBe(0);
    expect(send('ann')).toBe(4200);
    expect(sendBulk('ann', 40)).toBe(20_000);
    clock.advance(4200);
    expect(send('ann')).toBe(0);
  });

  it('take from no rule when one refuses', () => {
    const { send, clock } = open({ limits: { send: { limit: 1, burst: 1 }, sendPerHour: { limit: 10 } } });
    for (let index = 0; index < 100; index += 1) send('ann');
    for (let index = 0; index < 9; index += 1) {
      clock.advance(1000);
      expect(send('ann')).toBe(0);
    }
    clock.advance(1000);
    expect(send('ann')).toBeGreaterThan(300_000);
  });

  it('are not counted where the rules are off, nor in process', () => {
    const off = open({ limits: false });
    expect(count(1000, () => off.send('ann'))).toBe(1000);
    const { limiter } = open();
    const inProcess = { operation: { name: 'sendMessage' }, actor: { userId: 'ann' as UserId } };
    expect(count(1000, () => waitOf(() => limiter.admit(inProcess, { conversationId: 'c' })))).toBe(1000);
  });
});

describe('requests', () => {
  it('of somebody go through sixty at once and three hundred a minute, and tell what is left', () => {
    const { limiter, clock } = open();
    const request = () => limiter.countRequest({ actor: { userId: 'ann' as UserId }, address: '192.0.2.1' });
    expect(request()).toMatchObject({ rule: 'rest', remaining: 59, resetMs: 200 });
    expect(count(100, () => waitOf(request))).toBe(59);
    clock.advance(200);
    expect(request()).toMatchObject({ remaining: 0, resetMs: 12_000 });
  });

  it('without a token go through sixty a minute by address; a refresh that succeeds costs nothing', async () => {
    const { limiter, call, clock } = open();
    for (let index = 0; index < 200; index += 1) (await call('refresh'))?.settle(undefined);
    expect(count(100, () => waitOf(() => limiter.countRequest({ address: '192.0.2.1' })))).toBe(60);
    expect(waitOf(() => call('refresh'))).toBe(1000);
    expect(waitOf(() => limiter.countRequest({ address: '192.0.2.2' }))).toBe(0);
    clock.advance(1000);
    (await call('refresh'))?.settle(new ParleyError('refresh_invalid'));
    expect(waitOf(() => call('logout'))).toBe(1000);
  });
});

describe('log-in', () => {
  it('fails five times for an account and address, then waits, also for the right password', async () => {
    const { logIn, clock } = open({ limits: { login: false, anonymous: false } });
    for (let index = 0; index < 5; index += 1) expect(await logIn({ login: 'ann' })).toBe('tried');
    expect(await logIn({ login: ' ANN ', fits: true })).toBe('loginFailures');
    expect(await logIn({ login: 'bob' })).toBe('tried');
    expect(await logIn({ login: 'ann', address: '192.0.2.2', fits: true })).toBe('tried');
    clock.advance(180_000);
    expect(await logIn({ login: 'ann', fits: true })).toBe('tried');
  });

  it('that succeeds costs no failure; many at once do not pass together', async () => {
    const { logIn, call } = open({ limits: { login: false, anonymous: false } });
    for (let index = 0; index < 50; index += 1)
      expect(await logIn({ login: 'ann', fits: true })).toBe('tried');
    const attempts = Array.from({ length: 20 }, async () => call('login', { login: 'ann' }));
    const settled = await Promise.allSettled(attempts);
    expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(5);
  });

  it('is tried ten times a minute by address, and fails twenty times an hour by account from anywhere', async () => {
    const { logIn } = open();
    for (let index = 0; index < 10; index += 1) await logIn({ login: `user${index}`, fits: true });
    expect(await logIn({ login: 'ann', fits: true })).toBe('login');
    const far = open();
    for (let index = 0; index < 20; index += 1)
      expect(await far.logIn({ login: 'ann', address: `192.0.2.${index + 10}` })).toBe('tried');
    expect(await far.logIn({ login: 'ann', address: '192.0.2.99' })).toBe('loginFailuresPerAccount');
  });

  it('registers five accounts an hour by address', async () => {
    const { call } = open();
    for (let index = 0; index < 5; index += 1) (await call('register'))?.settle(undefined);
    expect(waitOf(() => call('register'))).toBe(720_000);
  });
});

describe('with Redis', () => {
  const answering = (answer: Partial<SharedCounts>): SharedCounts => ({
    take: async () => undefined,
    add: async (takings) => takings.map(() => 0),
    close: () => {},
    ...answer,
  });

  it('expensive calls are refused by what all nodes took, and cost nothing here then', async () => {
    let refusals = 3;
    const shared = answering({
      take: async () => (refusals-- > 0 ? { waitMs: 700, index: 0 } : undefined),
    });
    const { call } = open({ shared });
    for (let index = 0; index < 3; index += 1)
      await expect(call('register')).rejects.toMatchObject({ code: 'rate_limited', retryAfterMs: 700 });
    for (let index = 0; index < 5; index += 1) await call('register');
    expect(() => call('register')).toThrow(RateLimitedError);
  });

  it('that does not answer, this node decides: strictly, never open', async () => {
    const down = answering({
      take: () => Promise.reject(new Error('down')),
      add: () => Promise.reject(new Error('down')),
    });
    const { call, logIn, limiter, send, clock, unshared } = open({ shared: down });
    for (let index = 0; index < 5; index += 1) await call('register');
    expect(() => call('register')).toThrow(RateLimitedError);
    for (let index = 0; index < 5; index += 1) expect(await logIn({ login: 'ann' })).toBe('tried');
    expect(await logIn({ login: 'ann', fits: true })).toBe('loginFailures');
    expect(unshared()).toBe(10);
    expect(count(40, () => send('ann'))).toBe(20);
    clock.advance(1000);
    await turn();
    expect(unshared()).toBe(11);
    expect(count(40, () => send('ann'))).toBe(5);
    for (let index = 0; index < 20; index += 1) await limiter.countHello({ userId: 'ann' as UserId });
    await expect(limiter.countHello({ userId: 'ann' as UserId })).rejects.toThrow(RateLimitedError);
  });

  it('what was taken is told each second, once, and what others took lowers what is left', async () => {
    const told: SharedTaking[][] = [];
    const shared = answering({
      add: async (takings) => {
        told.push([...takings]);
        // The bucket of all nodes is empty: four seconds until it is full.
        return takings.map(({ rule }) => (rule === 'send' ? 4000 : 0));
      },
    });
    const { send, clock } = open({ shared });
    expect(count(3, () => send('ann'))).toBe(3);
    clock.advance(1000);
    await turn();
    const summary = told.flat().map(({ rule, bucket, cost }) => [rule, bucket.first, bucket.second, cost]);
    expect(summary.sort()).toEqual([
      ['send', 'ann', undefined, 3],
      ['sendPerConversation', 'ann', 'c', 3],
      ['sendPerHour', 'ann', undefined, 3],
    ]);
    expect(send('ann')).toBe(200);
    clock.advance(1000);
    await turn();
    expect(told.flat()).toHaveLength(3);
    expect(count(10, () => send('ann'))).toBe(5);
  });

  it('nothing is left behind when it closes', () => {
    let isClosed = false;
    const close = () => {
      isClosed = true;
    };
    const { limiter, clock } = open({ shared: answering({ close }) });
    expect(clock.pending).toBe(2);
    limiter.close();
    expect([clock.pending, isClosed]).toEqual([0, true]);
  });
});

it('a clock that is set back makes nobody wait longer', () => {
  const clock = createFakeClock();
  let shift = 0;
  const limiter = new Limiter({
    rules: resolveRateLimits({}, false),
    clock: { ...clock, now: () => clock.now() + shift },
    shared: undefined,
    onLimited: () => {},
    onUnshared: () => {},
  });
  const request = () => waitOf(() => limiter.countRequest({ address: '192.0.2.1' }));
  expect(count(61, request)).toBe(60);
  shift = -3_600_000;
  expect(request()).toBe(1000);
  clock.advance(1000);
  expect(request()).toBe(0);
});

it('memory is bounded however many addresses come', () => {
  const { limiter } = open({ capacity: 100 });
  for (let index = 0; index < 5000; index += 1) limiter.countRequest({ address: `address ${index}` });
  expect(limiter.bucketCount).toBeLessThanOrEqual(100);
});
