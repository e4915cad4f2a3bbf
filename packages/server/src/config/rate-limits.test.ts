import { describe, expect, it } from 'vitest';
import { loadConfig } from './load-config.js';
import { type RateLimitOverrides, rateLimitDefaults, resolveRateLimits } from './rate-limits.js';

describe('the rules of how often', () => {
  it('are the defaults where nothing is said', () => {
    expect(resolveRateLimits({}, false)).toEqual(rateLimitDefaults);
  });

  it('let a hundred accounts an hour be made where only this machine can reach the server', () => {
    expect(resolveRateLimits({}, true)).toEqual({
      ...rateLimitDefaults,
      register: { limit: 100, windowSeconds: 3600, burst: 100 },
    });
  });

  it('change by field; a limit takes its burst along', () => {
    const rules = resolveRateLimits(
      { send: { limit: 10 }, rest: { burst: 5 }, login: { limit: 3, burst: 9, windowSeconds: 1 } },
      false,
    );
    expect(rules).toEqual({
      ...rateLimitDefaults,
      send: { limit: 10, windowSeconds: 1, burst: 40 },
      rest: { limit: 300, windowSeconds: 60, burst: 5 },
      login: { limit: 3, windowSeconds: 1, burst: 9 },
    });
  });

  it('are switched off one by one, or all', () => {
    const { register: _, ...others } = rateLimitDefaults;
    expect(resolveRateLimits({ register: false }, true)).toEqual(others);
    expect(resolveRateLimits(false, false)).toEqual({});
  });

  it.each([
    [{ sendPerSecond: { limit: 1 } }],
    [{ send: { limit: 0 } }],
    [{ send: { limit: 1.5 } }],
    [{ send: { every: 1 } }],
    [{ send: true }],
    [true],
    ['false'],
    [null],
  ])('refuse %j, and name what there is', (overrides) => {
    // What no type allows comes from JavaScript.
    const resolve = () => resolveRateLimits(overrides as RateLimitOverrides, false);
    expect(resolve).toThrow(/^limits: .*sendPerConversation/);
  });

  it('are read from one variable as JSON', () => {
    expect(loadConfig({}).rateLimits).toEqual({});
    expect(loadConfig({ PARLEY_RATE_LIMITS: 'false' }).rateLimits).toBe(false);
    const rateLimits = { send: { limit: 10 }, register: false };
    expect(loadConfig({ PARLEY_RATE_LIMITS: JSON.stringify(rateLimits) }).rateLimits).toEqual(rateLimits);
    for (const text of ['{', 'off', '{"sned":false}', '{"send":{"limit":-1}}'])
      expect(() => loadConfig({ PARLEY_RATE_LIMITS: text })).toThrow(
        /^PARLEY_RATE_LIMITS: .*sendPerConversation/,
      );
  });
});
