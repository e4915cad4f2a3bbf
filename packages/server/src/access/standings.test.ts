import type { SessionId } from '@parley/protocol';
import { describe, expect, it, vi } from 'vitest';
import { expectCode } from '../testing/expect-code.js';
import { createFakeClock } from '../testing/fake-clock.js';
import { newUserId } from '../testing/seed.js';
import { createStandings } from './standings.js';

// Constants of the test.
const session = (name = 'one') => ({ userId, sessionId: name as SessionId });
const userId = newUserId();

function createHarness(maxEntries = 100) {
  const clock = createFakeClock();
  const isLive = vi.fn(async () => true);
  return { clock, isLive, standings: createStandings({ isLive, clock, maxEntries }) };
}

describe('whether a session lives', () => {
  it('is asked once in five seconds, also by many at once', async () => {
    const { clock, isLive, standings } = createHarness();
    await Promise.all([standings.requireLive(session()), standings.requireLive(session())]);
    clock.advance(4999);
    await standings.requireLive(session());
    expect(isLive).toHaveBeenCalledTimes(1);
    isLive.mockResolvedValue(false);
    clock.advance(1);
    await expectCode('session_revoked', () => standings.requireLive(session()));
  });

  it('is asked again at once after it was forgotten, also when the asking was under way', async () => {
    const { isLive, standings } = createHarness();
    const answers: ((isLive: boolean) => void)[] = [];
    isLive.mockImplementation(() => new Promise((resolve) => answers.push(resolve)));
    const early = standings.requireLive(session());
    standings.forget([newUserId(), userId]);
    const late = expectCode('session_revoked', () => standings.requireLive(session()));
    answers[0]?.(true);
    answers[1]?.(false);
    await early;
    await late;
    expect(isLive).toHaveBeenCalledTimes(2);
  });

  it('is asked again after a failure, and of a session that claims to be another person', async () => {
    const { isLive, standings } = createHarness();
    isLive.mockRejectedValueOnce(new Error('down'));
    await expect(standings.requireLive(session())).rejects.toThrow('down');
    await standings.requireLive(session());
    await standings.requireLive({ ...session(), userId: newUserId() });
    expect(isLive).toHaveBeenCalledTimes(3);
  });

  it('is remembered of so many sessions and no more', async () => {
    const { isLive, standings } = createHarness(2);
    for (const name of ['one', 'two', 'three', 'one']) await standings.requireLive(session(name));
    expect(isLive).toHaveBeenCalledTimes(4);
    await standings.requireLive(session('three'));
    expect(isLive).toHaveBeenCalledTimes(4);
  });
});
