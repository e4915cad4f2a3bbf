/** Two nodes in one process: on one PostgreSQL, with a Redis between them or without. */
import type { ConversationId, UserId } from '@parley/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Actor } from '../access/actor.js';
import type { Core } from '../core.js';
import { describePostgres } from '../testing/describe-each-engine.js';
import { createListener } from '../testing/publications.js';
import { newMessageId, seedUser } from '../testing/seed.js';
import { openTwoNodes, type TwoNodes, withAndWithoutRedis } from '../testing/two-nodes.js';

const soon = { timeout: 5000, interval: 20 };

describePostgres('two nodes', (open) => {
  describe.each(withAndWithoutRedis)('%s', (how) => {
    let nodes: TwoNodes;
    let here: Core;
    let there: Core;
    let owner: Actor;
    let member: Actor;

    beforeEach(async () => {
      nodes = await openTwoNodes({ databaseUrl: open().databaseUrl, redis: how });
      ({ here, there } = nodes);
      [owner, member] = await Promise.all([seedUser(open().database), seedUser(open().database)]);
    });

    afterEach(() => nodes.close());

    const connect = (
      core: Core,
      actor: Actor,
      heads: readonly (readonly [ConversationId, number])[] = [],
    ) => {
      const listener = createListener(actor.userId);
      core.hub.record().admit({ ...listener.subscriber, sessionId: actor.sessionId }, new Map(heads));
      return listener;
    };
    const callAs = (core: Core, actor: Actor) => (name: string, input: object) => {
      const operation = core.registry.operations.get(name);
      if (operation === undefined) throw new Error(`there is no ${name}`);
      return core.execute({ operation, input, actor, opId: undefined });
    };
    const createGroup = async (memberIds: readonly UserId[]): Promise<ConversationId> => {
      const id = newMessageId() as string as ConversationId;
      await callAs(here, owner)('createConversation', { type: 'group', id, name: 'Test', memberIds });
      return id;
    };
    const send = (core: Core, conversationId: ConversationId) =>
      callAs(core, owner)('sendMessage', { conversationId, id: newMessageId(), content: 'hello' });
    const counted = async (core: Core, name: string) => {
      const metric = await core.metrics.registry.getSingleMetric(name)?.get();
      return metric?.values.reduce((sum, { value }) => sum + value, 0) ?? 0;
    };

    it('deliver what either commits, in one order', async () => {
      const id = await createGroup([member.userId]);
      const sockets = [connect(here, owner, [[id, 1]]), connect(there, member, [[id, 1]])];
      for (let count = 0; count < 10; count += 1) await Promise.all([send(here, id), send(there, id)]);
      const all = Array.from({ length: 20 }, (_, index) => index + 2);
      await vi.waitFor(() => expect(sockets.map(({ seqs }) => seqs)).toEqual([all, all]), soon);
      const healed = await counted(there, 'parley_gaps_healed_total');
      if (how === 'without Redis') expect(healed).toBeGreaterThan(0);
    });

    it('bring somebody who is connected to the other one into a conversation', async () => {
      const socket = connect(there, member);
      const id = await createGroup([member.userId]);
      await send(here, id);
      await vi.waitFor(() => expect(socket.seqs.at(-1) ?? new Map(socket.heads).get(id)).toBe(2), soon);
      await send(here, id);
      await vi.waitFor(() => expect(socket.seqs.at(-1)).toBe(3), soon);
    });

    it('give somebody who was removed on the other one nothing after the removal', async () => {
      const id = await createGroup([member.userId]);
      const [socket, witness] = [connect(there, member, [[id, 1]]), connect(there, owner, [[id, 1]])];
      await send(here, id);
      await callAs(here, owner)('removeMember', { conversationId: id, userId: member.userId });
      for (let count = 0; count < 5; count += 1) await send(here, id);
      await vi.waitFor(() => expect(witness.seqs).toEqual([2, 3, 4, 5, 6, 7, 8]), soon);
      expect(socket.seqs.every((seq) => seq <= 3)).toBe(true);
      expect(there.hub.subscribersOf(member.userId).size).toBe(1);
    });

    it('close the sockets of a session that was ended on the other one', async () => {
      const session = (await callAs(here, owner)('register', {
        username: `u${newMessageId().slice(0, 13)}`,
        password: 'a password that is long',
      })) as { user: { id: UserId }; accessToken: string; refreshToken: string };
      const { actor } = await here.authenticator.verify(session.accessToken);
      const ended = connect(there, actor);
      const other = connect(there, member);
      await callAs(here, owner)('logout', { refreshToken: session.refreshToken });
      await vi.waitFor(() => expect(ended.closes).toEqual(['session_revoked']), soon);
      expect(other.closes).toEqual([]);
    });
  });
});
