import type { ChatEvent, ConversationId, UserId, WelcomeFrame } from '@parley/protocol/wire';
import { describe, expect, it } from 'vitest';
import { fakePlatform } from '../testing/fake-platform.js';
import { type ChangesPage, Sync } from './sync.js';

const a = 'a' as ConversationId;
const b = 'b' as ConversationId;
const me = 'me' as UserId;

function message(conversationId: ConversationId, seq: number, actorId: UserId = me): ChatEvent {
  // The data of a message is nothing to the sync.
  return { kind: 'message.created', conversationId, seq, at: '', actorId, data: {} } as unknown as ChatEvent;
}

function removal(conversationId: ConversationId, seq: number): ChatEvent {
  return { kind: 'members.removed', conversationId, seq, at: '', actorId: null, data: { userIds: [me] } };
}

const welcome = (epoch = 'epoch', since = '1') => ({ epoch, since, userId: me }) as WelcomeFrame;

function setUp(log: Partial<Record<string, ChatEvent[]>> = {}) {
  const platform = fakePlatform();
  const told: string[] = [];
  let failures = 0;
  const asked: string[] = [];
  const sync = new Sync({
    platform,
    readChanges: async (conversationId, since): Promise<ChangesPage | undefined> => {
      asked.push(`${conversationId}>${since}`);
      if (failures > 0) {
        failures -= 1;
        throw new TypeError('network');
      }
      const entries = log[conversationId];
      if (entries === undefined) return undefined;
      const events = entries.filter(({ seq }) => seq > since).slice(0, 2);
      return { events, to: events.at(-1)?.seq ?? since, head: entries.at(-1)?.seq ?? 0 };
    },
    deliver: ({ conversationId, seq }, { isCatchUp, isOwn }) =>
      void told.push(`${conversationId}${seq}${isCatchUp ? ' late' : ''}${isOwn ? ' own' : ''}`),
    moved: (conversationId, seq) => void told.push(`${conversationId} moved to ${seq}`),
    removed: (conversationId) => void told.push(`${conversationId} removed`),
    reset: () => void told.push('reset'),
  });
  const fail = (times: number) => {
    failures = times;
  };
  return { platform, sync, told, asked, fail };
}

const others = 'other' as UserId;
const upTo = (conversationId: ConversationId, head: number) =>
  Array.from({ length: head }, (_, index) => message(conversationId, index + 1, others));

describe('the sync', () => {
  it('starts at the heads of the first welcome and delivers what follows', async () => {
    const { sync, told, asked, platform } = setUp();
    sync.receiveHeads([[a, 7]]);
    sync.receiveWelcome(welcome());
    sync.receiveEvent(message(a, 7, others));
    sync.receiveEvent(message(a, 8));
    await platform.settle();
    expect(told).toEqual(['a8 own']);
    expect(asked).toEqual([]);
    expect(sync.resume).toEqual({ epoch: 'epoch', since: '1' });
  });

  it('fetches page by page what happened while it was away, and holds live events back meanwhile', async () => {
    const { sync, told, platform } = setUp({ a: upTo(a, 8) });
    sync.receiveHeads([[a, 3]]);
    sync.receiveWelcome(welcome());
    sync.disconnected();
    sync.receiveHeads([[a, 8]]);
    sync.receiveWelcome(welcome('epoch', '2'));
    sync.receiveEvent(message(a, 9, others));
    await platform.settle();
    expect(told).toEqual(['a4 late', 'a5 late', 'a6 late', 'a7 late', 'a8 late', 'a9 late']);
  });

  it('fetches a hole between live events', async () => {
    const { sync, told, asked, platform } = setUp({ a: upTo(a, 4) });
    sync.receiveHeads([[a, 1]]);
    sync.receiveWelcome(welcome());
    sync.receiveEvent(message(a, 4, others));
    expect(told).toEqual([]);
    await platform.settle();
    expect(told.map((each) => each.slice(0, 2))).toEqual(['a2', 'a3', 'a4']);
    expect(asked[0]).toBe('a>1');
  });

  it('tries a fetch again that failed, and takes it up after the next welcome although nothing moved since', async () => {
    const { sync, told, asked, platform, fail } = setUp({ a: upTo(a, 2) });
    sync.receiveHeads([[a, 1]]);
    sync.receiveWelcome(welcome());
    fail(2);
    sync.receiveEvent(message(a, 3, others));
    await platform.settle();
    expect(asked).toEqual(['a>1']);
    sync.disconnected();
    sync.receiveWelcome(welcome('epoch', '2'));
    await platform.settle();
    expect(asked).toEqual(['a>1', 'a>1']);
    await platform.advance(2000);
    expect(told.map((each) => each.slice(0, 2))).toEqual(['a2', 'a3']);
  });

  it('tells of conversations that came while it was away, and of those it is no longer a member of', () => {
    const { sync, told } = setUp();
    sync.receiveHeads([[a, 3]]);
    sync.receiveWelcome(welcome());
    sync.receiveHeads([
      [a, -1],
      [b, 12],
    ]);
    sync.receiveWelcome(welcome('epoch', '2'));
    sync.receiveEvent(message(b, 13, others));
    expect(told).toEqual(['a removed', 'b moved to 12', 'b13']);
  });

  it('leaves a conversation with the event that removes its user, and enters it again with the next', () => {
    const { sync, told } = setUp();
    sync.receiveHeads([[a, 3]]);
    sync.receiveWelcome(welcome());
    sync.receiveEvent(removal(a, 4));
    sync.receiveEvent(message(a, 9, others));
    expect(told).toEqual(['a4', 'a removed', 'a9']);
  });

  it('ends with a conversation that is hidden when it wants to catch up', async () => {
    const { sync, told, platform } = setUp();
    sync.receiveHeads([[a, 3]]);
    sync.receiveWelcome(welcome());
    sync.receiveEvent(message(a, 9, others));
    await platform.settle();
    expect(told).toEqual(['a removed']);
  });

  it.each([
    ['another epoch', 'other', 5],
    ['a log that ends before the cursor', 'epoch', 1],
  ])('starts anew after %s', (_, epoch, head) => {
    const { sync, told } = setUp();
    sync.receiveHeads([[a, 3]]);
    sync.receiveWelcome(welcome());
    sync.receiveHeads([[a, head]]);
    sync.receiveWelcome(welcome(epoch, '2'));
    sync.receiveEvent(message(a, head + 1, others));
    expect(told).toEqual(['reset', `a${head + 1}`]);
  });
});
