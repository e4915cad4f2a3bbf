import type { UserId } from '@parley/protocol';
import { describe, expect, it } from 'vitest';
import { defaultTenantId } from '../../access/actor.js';
import type { PeopleMessage } from '../../fanout/broker.js';
import { createFakeClock } from '../../testing/fake-clock.js';
import { newUserId } from '../../testing/seed.js';
import { createMemoryPresenceStore } from './presence-store.js';
import { createSharedPresenceStore, type SharedPresenceStore } from './shared-presence-store.js';

const minute = 60_000;

describe('idleness over two nodes', () => {
  const ann = newUserId();
  const actor = { userId: ann, tenantId: defaultTenantId };

  it('is that of somebody who is idle on each, and ends with what they do on either, told on both', () => {
    const { clock, one, other } = setUp();
    one.store.connected(actor);
    other.store.connected(actor);
    clock.advance(4 * minute);
    other.store.active(ann);
    clock.advance(4 * minute);
    expect([one.store.isIdle(ann), other.store.isIdle(ann), one.told, other.told]).toEqual([
      false,
      false,
      [],
      [],
    ]);
    clock.advance(minute + 15_000);
    expect([one.store.isIdle(ann), other.store.isIdle(ann)]).toEqual([true, true]);
    expect([one.told, other.told]).toEqual([[ann], [ann]]);
    one.store.active(ann);
    expect([one.store.isIdle(ann), other.store.isIdle(ann)]).toEqual([false, false]);
    expect([one.told, other.told]).toEqual([
      [ann, ann],
      [ann, ann],
    ]);
  });

  it('is what is left when the node goes on which somebody was active', () => {
    const { clock, one, other } = setUp();
    one.store.connected(actor);
    clock.advance(6 * minute);
    const leave = other.store.connected(actor);
    expect(one.store.isIdle(ann)).toBe(false);
    leave();
    clock.advance(11_000);
    expect([one.store.isIdle(ann), other.store.isIdle(ann)]).toEqual([true, true]);
  });

  it('is learned by a node that comes later, and none of somebody who is nowhere', () => {
    const { clock, one, begin } = setUp();
    const leave = one.store.connected(actor);
    clock.advance(6 * minute);
    const late = begin('late');
    late.store.ask();
    expect(late.store.isIdle(ann)).toBe(true);
    leave();
    clock.advance(11_000);
    expect([one.store.isIdle(ann), late.store.isIdle(ann)]).toEqual([false, false]);
  });

  it('is nobody’s whose node does not say so, as older ones do not', () => {
    const { one } = setUp();
    one.store.hear('old', { here: [ann], gone: [], isAsking: false });
    expect(one.store.isIdle(ann)).toBe(false);
  });
});

/** Two nodes that hear each other at once. */
function setUp() {
  const clock = createFakeClock();
  const nodes = new Map<string, SharedPresenceStore>();
  const begin = (name: string) => {
    const store = createSharedPresenceStore({
      local: createMemoryPresenceStore({ clock }),
      clock,
      publish: (message: PeopleMessage) => {
        for (const [other, node] of nodes) if (other !== name) node.hear(name, message);
      },
    });
    nodes.set(name, store);
    const told: UserId[] = [];
    store.subscribeIdle((userId) => told.push(userId));
    return { store, told };
  };
  return { clock, begin, one: begin('one'), other: begin('other') };
}
