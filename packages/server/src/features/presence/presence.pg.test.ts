import { randomUUID } from 'node:crypto';
import type { ChatSignal, Input, ParsedInput, SessionId, Status } from '@parley/protocol';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Actor } from '../../access/actor.js';
import type { SignalPublication } from '../../fanout/broker.js';
import type { OwnContext } from '../../kernel/context.js';
import { callAs } from '../../testing/callers.js';
import { describeEachEngine } from '../../testing/describe-each-engine.js';
import { createFakeClock, type FakeClock } from '../../testing/fake-clock.js';
import { newUserId, seedUsers } from '../../testing/seed.js';
import { createPresenceFeature } from './index.js';
import { createPresenceBoard, type PresenceBoard } from './presence.js';
import { createMemoryPresenceStore } from './presence-store.js';

describeEachEngine('presence', (open) => {
  let ann: Actor;
  let bob: Actor;
  let stranger: Actor;
  let clock: FakeClock;
  let board: PresenceBoard;
  let told: SignalPublication[];
  let toldElsewhere: string[];
  let conversationId: Awaited<ReturnType<typeof makeGroup>>;

  beforeEach(async () => {
    const [first, second, third] = await seedUsers(open().database, 3);
    if (first === undefined || second === undefined || third === undefined)
      throw new Error('three were made');
    [ann, bob, stranger] = [first, second, third];
    conversationId = await makeGroup();
    clock = createFakeClock();
    told = [];
    toldElsewhere = [];
    board = createPresenceBoard({
      database: open().database,
      store: createMemoryPresenceStore({ clock }),
      signal: (publication) => told.push(publication),
      tellElsewhere: (told) => toldElsewhere.push(...Object.values(told).flat()),
      onError: (error) => {
        throw error;
      },
      clock,
    });
  });
  afterEach(() => board.close());

  const makeGroup = async () =>
    (
      await callAs(open(), ann)('createConversation', {
        type: 'group',
        name: 'ours',
        memberIds: [bob.userId],
      })
    ).id;
  /** Lets time pass, and what falls due then be told. */
  const pass = async (ms: number) => {
    clock.advance(ms);
    await board.settled();
  };
  const at = (ms: number) => new Date(ms).toISOString().replace('Z', '000Z');
  const heard = (): ChatSignal['data'][] => told.map(({ signal }) => signal.data);
  const online = (actor: Actor) => ({
    userId: actor.userId,
    state: 'online',
    lastSeenAt: null,
    status: null,
  });
  const offline = (actor: Pick<Actor, 'userId'>, lastSeenAt: string | null = null) => ({
    userId: actor.userId,
    state: 'offline',
    lastSeenAt,
    status: null,
  });

  it('of people one shares a conversation with is known; all others are offline and were never seen', async () => {
    board.connected(bob);
    board.connected(stranger)();
    board.connected(stranger);
    await pass(20_000);
    await open().query('update parley.users set last_seen_at = now() where id = $1', [stranger.userId]);
    const nobody = { userId: newUserId() };
    expect(await board.list(ann, [stranger.userId, bob.userId, nobody.userId, ann.userId])).toEqual([
      offline(stranger),
      online(bob),
      offline(nobody),
      offline(ann),
    ]);
    expect(await board.list(stranger, [bob.userId])).toEqual([offline(bob)]);
  });

  it('is told to who looks: coming within a second, going ten seconds later as of the moment it was', async () => {
    board.connected(ann);
    board.watch(ann, [bob.userId, stranger.userId]);
    await pass(1000);
    const leave = board.connected(bob);
    board.connected(stranger);
    await pass(1000);
    expect(told.map(({ to }) => to)).toEqual([{ users: [ann.userId] }]);
    expect(heard()).toEqual([{ items: [online(bob)] }]);
    leave();
    const wentAt = clock.now();
    await pass(9999);
    expect(told).toHaveLength(1);
    await pass(1001);
    expect(heard()).toEqual([{ items: [online(bob)] }, { items: [offline(bob, at(wentAt))] }]);
    expect(await board.list(ann, [bob.userId])).toEqual([offline(bob, at(wentAt))]);
  });

  it('does not move for a reload, nor while another device is here', async () => {
    board.connected(ann);
    board.watch(ann, [bob.userId]);
    const leave = board.connected(bob);
    await pass(1000);
    leave();
    await pass(9000);
    const again = board.connected(bob);
    const phone = board.connected({ ...bob, sessionId: randomUUID() as SessionId });
    again();
    await pass(60_000);
    expect(heard()).toEqual([{ items: [online(bob)] }]);
    phone();
    await pass(11_000);
    expect(told).toHaveLength(2);
  });

  it('is told no more to who looks elsewhere, has gone, or shares no conversation any more', async () => {
    const leave = board.connected(ann);
    board.watch(ann, [bob.userId]);
    board.watch(ann, []);
    board.connected(bob)();
    await pass(12_000);
    board.watch(ann, [bob.userId]);
    await callAs(open(), ann)('removeMember', { conversationId, userId: bob.userId });
    board.connected(bob)();
    await pass(12_000);
    expect(told).toEqual([]);
    leave();
    board.watch(ann, [bob.userId]);
    expect(clock.pending).toBeGreaterThan(0);
    await pass(12_000);
    expect([told, clock.pending]).toEqual([[], 0]);
  });

  it('is one frame for a watcher, whatever the number of people and of their own sessions', async () => {
    board.connected(ann);
    const phone = { ...ann, sessionId: randomUUID() as SessionId };
    board.connected(phone);
    board.watch(ann, [bob.userId, ann.userId]);
    board.watch(phone, [bob.userId]);
    board.connected(bob);
    await pass(1000);
    expect(heard()).toHaveLength(1);
    expect(heard()).toEqual([{ items: expect.arrayContaining([online(ann), online(bob)]) }]);
  });

  it('is asked by operations, by ids joined with commas and for a session that looks', async () => {
    const call = callAs(open(), ann);
    const { items } = await call('listPresence', { ids: `${bob.userId},${stranger.userId}` });
    expect(items).toEqual([offline(bob), offline(stranger)]);
    expect(await call('watchPresence', { userIds: [bob.userId] })).toEqual({ items: [offline(bob)] });
  });

  /** Through the operation on this board, whose clock the test drives. */
  const choose = async (actor: Actor, input: Input<'setPresence'>) => {
    const handler = createPresenceFeature(board).handlers.setPresence;
    if (handler?.policy !== 'owner') throw new Error('setPresence changes what is one’s own');
    return open().database.transaction((tx) => {
      // It uses these of its context, and the input needs no parsing.
      const ctx = { tx, actor, append: async () => {}, afterCommit: (work: () => void) => work() };
      return handler.run(ctx as unknown as OwnContext, input as ParsedInput<'setPresence'>);
    });
  };
  const status = (given: Partial<Status>) => ({ emoji: null, text: null, until: null, ...given });

  it('is as somebody chose: away and what they say of themselves, told to who looks, here and on other nodes', async () => {
    board.connected(ann);
    board.watch(ann, [bob.userId]);
    board.connected(bob);
    await pass(1000);
    told = [];
    expect(await choose(bob, { state: 'away', status: { text: 'lunch', emoji: ':fish:' } })).toEqual({
      state: 'away',
      status: status({ text: 'lunch', emoji: ':fish:' }),
    });
    await pass(1000);
    const away = { ...online(bob), state: 'away', status: status({ text: 'lunch', emoji: ':fish:' }) };
    expect([heard(), toldElsewhere]).toEqual([[{ items: [away] }], [bob.userId]]);
    expect(await board.list(ann, [bob.userId])).toEqual([away]);
    // Without a status it stays, and who is seen as before is told nothing.
    await choose(bob, { state: 'away' });
    await pass(1000);
    expect([heard().length, toldElsewhere.length]).toEqual([1, 1]);
    expect(await choose(bob, { state: 'online', status: null })).toEqual({ state: 'online', status: null });
    await pass(1000);
    expect(heard()[1]).toEqual({ items: [online(bob)] });
  });

  it('is that of a stranger for who is invisible, whose coming and going leaves no trace', async () => {
    board.connected(ann);
    board.watch(ann, [bob.userId]);
    board.connected(bob)();
    await pass(12_000);
    const seen = (await board.list(ann, [bob.userId]))[0]?.lastSeenAt;
    expect(seen).not.toBeNull();
    await choose(bob, { state: 'invisible', status: { text: 'here' } });
    await pass(1000);
    expect(heard().at(-1)).toEqual({ items: [offline(bob)] });
    told = [];
    toldElsewhere = [];
    const leave = board.connected(bob);
    await pass(1000);
    expect(await board.list(ann, [bob.userId])).toEqual([offline(bob)]);
    await choose(bob, { state: 'invisible', status: { text: 'still here' } });
    leave();
    await pass(12_000);
    expect([told, toldElsewhere]).toEqual([[], []]);
    await choose(bob, { state: 'online', status: null });
    expect(await board.list(ann, [bob.userId])).toEqual([offline(bob, seen ?? null)]);
  });

  it('tells nobody of a choice but those who share a conversation', async () => {
    board.connected(stranger);
    board.watch(stranger, [bob.userId]);
    await choose(bob, { state: 'away', status: { text: 'secret' } });
    await pass(1000);
    expect([told, await board.list(stranger, [bob.userId])]).toEqual([[], [offline(bob)]]);
  });

  const block = (by: Actor, whom: Actor) => callAs(open(), by)('blockUser', { userId: whom.userId });
  const unblock = (by: Actor, whom: Actor) => callAs(open(), by)('unblockUser', { userId: whom.userId });

  it('is that of a stranger between two of whom one has blocked the other, either way', async () => {
    board.connected(ann);
    board.connected(bob);
    await choose(bob, { state: 'away', status: { text: 'lunch' } });
    await pass(1000);
    await open().query('update parley.users set last_seen_at = now() where id = $1', [bob.userId]);
    for (const [by, whom] of [
      [ann, bob],
      [bob, ann],
    ] as const) {
      await block(by, whom);
      expect(await board.list(ann, [bob.userId, ann.userId])).toEqual([offline(bob), online(ann)]);
      expect(await board.list(bob, [ann.userId])).toEqual([offline(ann)]);
      await unblock(by, whom);
    }
    expect(await board.list(ann, [bob.userId])).toMatchObject([{ state: 'away', status: { text: 'lunch' } }]);
  });

  it('goes from the sight of both with a block and comes back with its end; what happens between them is told to neither', async () => {
    const leave = board.connected(bob);
    board.connected(ann);
    board.watch(ann, [bob.userId]);
    board.watch(bob, [ann.userId]);
    await pass(1000);
    told = [];
    await block(ann, bob);
    board.relate([ann.userId, bob.userId]);
    await pass(1000);
    expect(new Set(heard())).toEqual(new Set([{ items: [offline(bob)] }, { items: [offline(ann)] }]));
    expect(told.map(({ to }) => to)).toHaveLength(2);
    told = [];
    await choose(bob, { state: 'away', status: { text: 'secret' } });
    await choose(ann, { state: 'away' });
    leave();
    await pass(12_000);
    board.connected(bob);
    board.watch(bob, [ann.userId]);
    await pass(1000);
    expect(told).toEqual([]);
    await unblock(ann, bob);
    board.relate([ann.userId, bob.userId]);
    await pass(1000);
    expect(heard()).toContainEqual({
      items: [{ ...online(bob), state: 'away', status: { emoji: null, text: 'secret', until: null } }],
    });
    expect(told).toHaveLength(2);
  });

  it('is told of a block to nobody who watches one of the two, and not of who is invisible', async () => {
    board.connected(bob);
    board.connected(ann);
    const other = stranger;
    await callAs(open(), ann)('addMembers', { conversationId, userIds: [other.userId] });
    board.connected(other);
    board.watch(other, [ann.userId, bob.userId]);
    board.watch(ann, [bob.userId]);
    await choose(bob, { state: 'invisible' });
    await pass(1000);
    told = [];
    await block(bob, ann);
    board.relate([bob.userId, ann.userId]);
    await pass(1000);
    await unblock(bob, ann);
    board.relate([bob.userId, ann.userId]);
    await pass(1000);
    expect(told).toEqual([]);
  });

  it('loses a status whose time is over, and keeps it until then, whoever asks', async () => {
    const until = new Date(Date.now() + 3_600_000).toISOString();
    await choose(bob, { state: 'online', status: { text: 'call', until } });
    const call = status({ text: 'call', until: until.replace('Z', '000Z') });
    expect((await board.list(ann, [bob.userId]))[0]?.status).toEqual(call);
    expect(await callAs(open(), bob)('getOwnPresence', {})).toEqual({ state: 'online', status: call });
    await open().query(`update parley.users set status_until = now() - interval '1 second' where id = $1`, [
      bob.userId,
    ]);
    expect((await board.list(ann, [bob.userId]))[0]?.status).toBeNull();
    expect(await callAs(open(), bob)('getOwnPresence', {})).toEqual({ state: 'online', status: null });
  });
});
