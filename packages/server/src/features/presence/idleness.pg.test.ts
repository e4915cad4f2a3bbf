import type { ChatSignal } from '@parley/protocol';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Actor } from '../../access/actor.js';
import { callAs } from '../../testing/callers.js';
import { describeEachEngine } from '../../testing/describe-each-engine.js';
import { createFakeClock, type FakeClock } from '../../testing/fake-clock.js';
import { seedUser } from '../../testing/seed.js';
import { createPresenceBoard, type PresenceBoard } from './presence.js';
import { createMemoryPresenceStore } from './presence-store.js';

const minute = 60_000;

describeEachEngine('what time does to presence', (open) => {
  let ann: Actor;
  let bob: Actor;
  let clock: FakeClock;
  let board: PresenceBoard;
  let told: ChatSignal['data'][];

  beforeEach(async () => {
    ann = await seedUser(open().database);
    bob = await seedUser(open().database);
    await callAs(open(), ann)('createConversation', { type: 'group', memberIds: [bob.userId] });
    // The database says whether a status is over, so the clock of the test agrees with its.
    clock = createFakeClock(Date.now());
    told = [];
    board = createPresenceBoard({
      database: open().database,
      store: createMemoryPresenceStore({ clock }),
      signal: ({ signal }) => told.push(signal.data),
      tellElsewhere: () => {},
      onError: (error) => {
        throw error;
      },
      clock,
    });
    board.connected(ann);
    board.connected(bob);
    board.watch(ann, [bob.userId]);
    await pass(1000);
    told = [];
  });
  afterEach(() => board.close());

  const pass = async (ms: number) => {
    clock.advance(ms);
    await board.settled();
  };
  /** What bob says of himself, as his row has it. */
  const say = (text: string, until: number) =>
    open().query('update parley.users set status_text = $2, status_until = to_timestamp($3) where id = $1', [
      bob.userId,
      text,
      until / 1000,
    ]);
  const states = async () => (await board.list(ann, [bob.userId])).map(({ state }) => state);
  const bobIs = (state: string) => ({ items: [expect.objectContaining({ userId: bob.userId, state })] });

  it('makes who does nothing for five minutes away, which is told, until they do something', async () => {
    await pass(4 * minute);
    board.called(bob, 'markRead');
    await pass(4 * minute);
    expect([await states(), told]).toEqual([['online'], []]);
    board.called(bob, 'markDelivered');
    await pass(minute + 16_000);
    expect([await states(), told]).toEqual([['away'], [bobIs('away')]]);
    await pass(60 * minute);
    expect(told).toHaveLength(1);
    board.called(bob, 'setTyping');
    expect(await states()).toEqual(['online']);
    await pass(1000);
    expect(told).toEqual([bobIs('away'), bobIs('online')]);
  });

  it('counts every device: with one in use nobody is away', async () => {
    board.connected(bob);
    await pass(4 * minute);
    board.called(bob, 'sendMessage');
    await pass(4 * minute);
    expect([await states(), told]).toEqual([['online'], []]);
  });

  it('hides that somebody invisible does something or nothing', async () => {
    await open().query('update parley.users set shown_as = 2 where id = $1', [bob.userId]);
    await pass(6 * minute);
    board.called(bob, 'sendMessage');
    await pass(1000);
    expect([await states(), told]).toEqual([['offline'], []]);
  });

  it('ends a status, which is told as it ends to who looks', async () => {
    await say('lunch', clock.now() + 3 * minute);
    expect(await board.list(ann, [bob.userId])).toMatchObject([{ status: { text: 'lunch' } }]);
    // For the database, which has a clock of its own, the time has come.
    await say('lunch', Date.now() - 1000);
    await pass(3 * minute - 1);
    expect(told).toEqual([]);
    await pass(1001);
    expect(told).toEqual([{ items: [expect.objectContaining({ userId: bob.userId, status: null })] }]);
  });

  it('waits on where the database says that a status has not ended yet', async () => {
    await say('lunch', clock.now() + minute);
    await board.list(ann, [bob.userId]);
    await say('lunch', clock.now() + 3 * minute);
    await pass(2 * minute);
    expect(told).toMatchObject([{ items: [{ status: { text: 'lunch' } }] }]);
    await say('lunch', Date.now() - 1000);
    await pass(minute + 1000);
    expect(told).toHaveLength(2);
    expect(told[1]).toMatchObject({ items: [{ status: null }] });
  });
});
