import { describe, expect, it, vi } from 'vitest';
import type { Call } from '../../call.js';
import { fakePlatform } from '../../testing/fake-platform.js';
import { createPresence } from './presence.js';

describe('presence', () => {
  it('asks again at every welcome, and tells the answer', async () => {
    const { presence, asked, emit, settle } = setUp();
    presence.resume();
    await settle();
    expect(asked).toEqual([]);
    expect(await presence.api.watch(['ann'])).toEqual([online('ann')]);
    expect(emit).not.toHaveBeenCalled();
    presence.resume();
    await settle();
    expect(asked).toEqual([['ann'], ['ann']]);
    expect(emit.mock.calls).toEqual([[[online('ann')]]]);
  });

  it('tells nothing of people who are not watched any more', async () => {
    const { presence, emit, settle } = setUp();
    await presence.api.watch(['ann']);
    presence.resume();
    await presence.api.watch(['bob']);
    await settle();
    expect(emit.mock.calls.flat(2)).not.toContainEqual(online('ann'));
  });

  it('asks nothing for nobody', async () => {
    const { presence, asked } = setUp();
    expect(await presence.api.list([])).toEqual([]);
    expect(asked).toEqual([]);
  });
});

const online = (userId: string) => ({ userId, state: 'online', lastSeenAt: null, status: null });

function setUp() {
  const asked: string[][] = [];
  // The one operation that is called here.
  const call = (async (_name: string, { userIds }: { userIds: string[] }) => {
    asked.push(userIds);
    return { items: userIds.map(online) };
  }) as unknown as Call;
  const emit = vi.fn();
  return { presence: createPresence({ call, emit }), asked, emit, settle: fakePlatform().settle };
}
