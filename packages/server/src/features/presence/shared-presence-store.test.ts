import type { UserId } from '@parley/protocol';
import { describe, expect, it } from 'vitest';
import { type Actor, defaultTenantId } from '../../access/actor.js';
import type { PeopleMessage } from '../../fanout/broker.js';
import { createFakeClock } from '../../testing/fake-clock.js';
import { newUserId } from '../../testing/seed.js';
import { createMemoryPresenceStore, type PresenceChange } from './presence-store.js';
import { createSharedPresenceStore, type SharedPresenceStore } from './shared-presence-store.js';

const ann = newUserId();

describe('presence over several nodes', () => {
  it('comes with the first connection on any node and goes with the last', async () => {
    const { clock, one, other } = setUp();
    const leaveOne = one.store.connected(actor(ann));
    expect(one.told).toEqual([`${ann} came`]);
    expect(other.told).toEqual([`${ann} came`]);
    const leaveOther = other.store.connected(actor(ann));
    leaveOne();
    clock.advance(10_000);
    expect([await one.knows(ann), await other.knows(ann)]).toEqual([true, true]);
    leaveOther();
    const wentAt = clock.now();
    clock.advance(10_000);
    expect([await one.knows(ann), await other.knows(ann)]).toEqual([false, false]);
    expect(one.told).toEqual([`${ann} came`, `${ann} went at ${wentAt}`]);
    expect(other.told).toEqual(one.told);
  });

  it('is kept while the other node lives, also when half of what it tells is lost', async () => {
    const { clock, one, other, wire } = setUp();
    one.store.connected(actor(ann));
    let count = 0;
    wire.loses = () => {
      count += 1;
      return count % 2 === 0;
    };
    clock.advance(600_000);
    expect(await other.knows(ann)).toBe(true);
    expect(other.told).toHaveLength(1);
  });

  it('of a node that crashed ends within a minute, as of when it was last heard of', async () => {
    const { clock, one, other, wire } = setUp();
    one.store.connected(actor(ann));
    const heardAt = clock.now();
    wire.loses = () => true;
    clock.advance(44_000);
    expect(await other.knows(ann)).toBe(true);
    clock.advance(16_000);
    expect(await other.knows(ann)).toBe(false);
    expect(other.told).toEqual([`${ann} came`, `${ann} went at ${heardAt}`]);
    expect(await one.knows(ann)).toBe(true);
  });

  it('is told at once to a node that asks', async () => {
    const { one, other, wire } = setUp();
    wire.loses = () => true;
    one.store.connected(actor(ann));
    expect(await other.knows(ann)).toBe(false);
    wire.loses = () => false;
    other.store.ask();
    expect(await other.knows(ann)).toBe(true);
  });

  it('of a node that stops ends for the others at once', async () => {
    const { clock, one, other } = setUp();
    one.store.connected(actor(ann));
    one.store.close();
    expect(await other.knows(ann)).toBe(false);
    other.store.close();
    expect(clock.pending).toBe(0);
  });

  it('of many people travels in parts that are sent whole', async () => {
    const { one, other, wire } = setUp();
    const people = Array.from({ length: 600 }, () => newUserId());
    for (const userId of people) one.store.connected(actor(userId));
    wire.sent.length = 0;
    other.store.ask();
    expect(wire.sent.filter(({ here }) => here.length > 0).map(({ here }) => here.length)).toEqual([
      250, 250, 100,
    ]);
    for (const message of wire.sent) expect(JSON.stringify(message).length).toBeLessThan(16 * 1024);
    expect((await other.store.onlineAmong(people)).size).toBe(600);
  });

  it('is recorded by the node whose connection ended, and by no other', () => {
    const { clock, one, other } = setUp();
    one.store.connected(actor(ann))();
    clock.advance(10_000);
    expect(one.changes.map(({ tenantId }) => tenantId)).toEqual([defaultTenantId, defaultTenantId]);
    expect(other.changes.map(({ tenantId }) => tenantId)).toEqual([null, null]);
  });
});

const actor = (userId: UserId) => ({ userId, tenantId: defaultTenantId }) satisfies Partial<Actor>;

/** Two nodes and what is between them. */
function setUp() {
  const clock = createFakeClock();
  const wire: { loses: () => boolean; readonly sent: PeopleMessage[] } = { loses: () => false, sent: [] };
  const nodes = new Map<string, SharedPresenceStore>();
  const begin = (name: string) => {
    const store = createSharedPresenceStore({
      local: createMemoryPresenceStore({ clock }),
      clock,
      publish: (message) => {
        wire.sent.push(message);
        if (wire.loses()) return;
        for (const [other, node] of nodes) if (other !== name) node.hear(name, message);
      },
    });
    nodes.set(name, store);
    const changes: PresenceChange[] = [];
    store.subscribe((change) => changes.push(change));
    return {
      store,
      changes,
      get told() {
        return changes.map(({ userId, wentAt }) =>
          wentAt === null ? `${userId} came` : `${userId} went at ${wentAt}`,
        );
      },
      knows: async (userId: UserId) => (await store.onlineAmong([userId])).has(userId),
    };
  };
  return { clock, wire, one: begin('one'), other: begin('other') };
}
