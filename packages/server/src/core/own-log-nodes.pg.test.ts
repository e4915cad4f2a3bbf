/** What somebody changes about themselves reaches their other devices: on the same node, and on another one with a Redis between them or without. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Actor } from '../access/actor.js';
import type { Core } from '../core.js';
import { callAs } from '../testing/callers.js';
import { describePostgres } from '../testing/describe-each-engine.js';
import { createListener } from '../testing/publications.js';
import { seedUser } from '../testing/seed.js';
import { openTwoNodes, type TwoNodes, withAndWithoutRedis } from '../testing/two-nodes.js';

const soon = { timeout: 5000, interval: 20 };

describePostgres('one’s own log on two nodes', (open) => {
  describe.each(withAndWithoutRedis)('%s', (how) => {
    let nodes: TwoNodes;
    let ann: Actor;
    let bob: Actor;

    beforeEach(async () => {
      nodes = await openTwoNodes({ databaseUrl: open().databaseUrl, redis: how });
      [ann, bob] = await Promise.all([seedUser(open().database), seedUser(open().database)]);
    });

    afterEach(() => nodes.close());

    const connect = (core: Core, actor: Actor) => {
      const listener = createListener(actor.userId);
      core.hub.record().admit({ ...listener.subscriber, sessionId: actor.sessionId }, new Map());
      return listener;
    };
    const last = ({ ownHeads }: ReturnType<typeof createListener>) => ownHeads.at(-1);

    it('is told to every device of its owner and to nobody else', async () => {
      const { here, there } = nodes;
      const devices = [connect(here, ann), connect(here, ann), connect(there, ann)];
      const others = [connect(here, bob), connect(there, bob)];
      const annHere = callAs({ core: here }, ann);
      await annHere('updatePreferences', { hideReceipts: true });
      await vi.waitFor(() => expect(devices.map(last)).toEqual([1, 1, 1]), soon);
      await callAs({ core: there }, ann)('setPresence', { state: 'away' });
      await annHere('setPresence', { state: 'online' });
      await vi.waitFor(() => expect(devices.map(last)).toEqual([3, 3, 3]), soon);
      expect(others.map(last)).toEqual([undefined, undefined]);
    });
  });
});
