/** Sessions ended on one node, their sockets on another: on one PostgreSQL, with a Redis between them or without. */
import type { Session } from '@parley/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Core } from '../../core.js';
import { callAs } from '../../testing/callers.js';
import { describePostgres } from '../../testing/describe-each-engine.js';
import { createListener } from '../../testing/publications.js';
import { newUserId } from '../../testing/seed.js';
import { openTwoNodes, type TwoNodes, withAndWithoutRedis } from '../../testing/two-nodes.js';

const password = 'four words of nobody else';
const soon = { timeout: 5000, interval: 20 };

describePostgres('sessions ended elsewhere', (open) => {
  describe.each(withAndWithoutRedis)('%s', (how) => {
    let nodes: TwoNodes;
    let here: Core;
    let there: Core;

    beforeEach(async () => {
      nodes = await openTwoNodes({ databaseUrl: open().databaseUrl, redis: how });
      ({ here, there } = nodes);
    });

    afterEach(() => nodes.close());

    it('lose their sockets within five seconds, whichever way they end; the one that asked keeps its own', async () => {
      const anyone = callAs({ core: here }, undefined);
      const actorOf = async ({ accessToken }: Session) => (await here.tokens.verify(accessToken)).actor;
      const connect = async (session: Session) => {
        const { userId, sessionId } = await actorOf(session);
        const listener = createListener(userId);
        there.hub.record().admit({ ...listener.subscriber, sessionId }, new Map());
        return listener;
      };
      const login = `u${newUserId().slice(0, 8)}`;
      const kept = await anyone('register', { username: login, password });
      const me = callAs({ core: here }, await actorOf(kept));
      const mine = await connect(kept);
      const newPassword = `${password} again`;
      const ways = [
        async (session: Session) =>
          me('revokeSession', { sessionId: (await actorOf(session)).sessionId as string }),
        () => me('logoutAll', { keepCurrent: true }),
        () => me('changePassword', { currentPassword: password, newPassword }),
      ];
      for (const end of ways) {
        const session = await anyone('login', { login, password });
        const socket = await connect(session);
        await end(session);
        await vi.waitFor(() => expect(socket.closes).toEqual(['session_revoked']), soon);
      }
      expect(mine.closes).toEqual([]);
    });
  });
});
