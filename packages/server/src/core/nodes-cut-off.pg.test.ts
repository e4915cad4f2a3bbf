/** A node whose way to Redis is cut: everything comes late, from the log, and what ended is over within five seconds. */
import type { ConversationId } from '@parley/protocol';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Actor } from '../access/actor.js';
import { parseRedisUrl } from '../config/redis-url.js';
import type { Core } from '../core.js';
import { revokeSession } from '../features/auth/auth.store.js';
import { describePostgres } from '../testing/describe-each-engine.js';
import { createListener } from '../testing/publications.js';
import { newMessageId, seedConversation, seedUser } from '../testing/seed.js';
import { openTcpProxy, type TcpProxy } from '../testing/tcp-proxy.js';
import { openTwoNodes, type TwoNodes, testRedisUrl } from '../testing/two-nodes.js';

const soon = { timeout: 5000, interval: 20 };
const patiently = { timeout: 20_000, interval: 50 };

describePostgres('a node that is cut off from Redis', (open) => {
  let proxy: TcpProxy;
  let nodes: TwoNodes;
  let here: Core;
  let there: Core;
  let member: Actor;
  let id: ConversationId;

  beforeEach(async () => {
    const [target] = parseRedisUrl(testRedisUrl())?.hosts ?? [];
    if (target === undefined) throw new Error('PARLEY_TEST_REDIS_URL names no host');
    proxy = await openTcpProxy(target);
    nodes = await openTwoNodes({
      databaseUrl: open().databaseUrl,
      redisUrlThere: `redis://127.0.0.1:${proxy.port}`,
    });
    ({ here, there } = nodes);
    member = await seedUser(open().database);
    id = await seedConversation(open().database, { memberIds: [member.userId] });
  });

  afterEach(async () => {
    await nodes.close();
    await proxy.close();
  });

  const connect = () => {
    const listener = createListener(member.userId);
    const subscriber = { ...listener.subscriber, sessionId: member.sessionId };
    there.hub.record().admit(subscriber, new Map([[id, 0]]));
    return listener;
  };
  const send = () => {
    const operation = here.registry.operations.get('sendMessage');
    if (operation === undefined) throw new Error('there is no sendMessage');
    const input = { conversationId: id, id: newMessageId(), content: 'hello' };
    return here.execute({ operation, input, actor: member, opId: undefined });
  };
  const healedByPoll = async () => {
    const metric = await there.metrics.registry.getSingleMetric('parley_gaps_healed_total')?.get();
    return metric?.values.find(({ labels }) => labels['noticed_by'] === 'poll')?.value ?? 0;
  };

  it('hears everything late, counts it, and hears as before once the way is open', async () => {
    const socket = connect();
    await send();
    await vi.waitFor(() => expect(socket.seqs).toEqual([1]), soon);
    proxy.set('cut');
    for (let count = 0; count < 3; count += 1) await send();
    await vi.waitFor(() => expect(socket.seqs).toEqual([1, 2, 3, 4]), soon);
    expect(await healedByPoll()).toBeGreaterThan(0);
    await vi.waitFor(() => expect(there.nodes.state).toBe('redis_unwell'), patiently);
    proxy.set('open');
    await vi.waitFor(() => expect(there.nodes.state).toBe('redis'), patiently);
    await send();
    await vi.waitFor(() => expect(socket.seqs).toEqual([1, 2, 3, 4, 5]), soon);
  });

  it('closes the sockets of a session that ended elsewhere', async () => {
    const socket = connect();
    proxy.set('cut');
    await revokeSession(here.database.kysely, member.sessionId);
    await vi.waitFor(() => expect(socket.closes).toEqual(['session_revoked']), soon);
  });
});
