/** Presence and receipts over two nodes in one process, with a Redis between them. */
import type { ConversationId } from '@parley/protocol';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Actor } from '../access/actor.js';
import type { Core } from '../core.js';
import { callAs } from '../testing/callers.js';
import { describePostgres } from '../testing/describe-each-engine.js';
import { type Listener, listenAs } from '../testing/listen.js';
import { newMessageId, seedUsers } from '../testing/seed.js';
import { openTwoNodes, type TwoNodes } from '../testing/two-nodes.js';

const soon = { timeout: 10_000, interval: 20 };

describePostgres('two nodes with Redis', (open) => {
  let nodes: TwoNodes;
  let here: Core;
  let there: Core;
  let ann: Actor;
  let bob: Actor;
  let conversationId: ConversationId;
  let toAnn: Listener;

  beforeEach(async () => {
    nodes = await openTwoNodes({ databaseUrl: open().databaseUrl });
    ({ here, there } = nodes);
    const [first, second] = await seedUsers(open().database, 2);
    if (first === undefined || second === undefined) throw new Error('two were made');
    [ann, bob] = [first, second];
    const made = await call(here, ann)('createConversation', {
      type: 'group',
      name: 'ours',
      memberIds: [bob.userId],
    });
    conversationId = made.id;
    toAnn = listenAs({ core: here }, ann, { memberOf: [conversationId] });
  });
  afterEach(() => nodes.close());

  const call = (core: Core, actor: Actor) => callAs({ core }, actor);
  const told = (kind: string) => toAnn.signals.filter((signal) => signal.kind === kind);
  const online = () => ({ userId: bob.userId, state: 'online', lastSeenAt: null, status: null });

  it('tell who comes to the other one, and answer how they are', async () => {
    await call(here, ann)('watchPresence', { userIds: [bob.userId] });
    listenAs({ core: there }, bob, { memberOf: [conversationId] });
    await vi.waitFor(
      () => expect(told('presence.changed')).toMatchObject([{ data: { items: [online()] } }]),
      soon,
    );
    expect((await call(here, ann)('listPresence', { ids: bob.userId })).items).toEqual([online()]);
  });

  it('tell how somebody chose to be seen, wherever they said it', async () => {
    await call(here, ann)('watchPresence', { userIds: [bob.userId] });
    await call(there, bob)('setPresence', { state: 'away', status: { text: 'on a boat' } });
    const status = { emoji: null, text: 'on a boat', until: null };
    await vi.waitFor(
      () =>
        expect(told('presence.changed')).toMatchObject([
          { data: { items: [{ userId: bob.userId, state: 'offline', status }] } },
        ]),
      soon,
    );
  });

  it('tell the two between whom a block began or ended, wherever it was made', async () => {
    await call(here, ann)('watchPresence', { userIds: [bob.userId] });
    listenAs({ core: there }, bob, { memberOf: [conversationId] });
    await vi.waitFor(() => expect(told('presence.changed')).toHaveLength(1), soon);
    await call(there, bob)('blockUser', { userId: ann.userId });
    await vi.waitFor(() => expect(told('presence.changed')).toHaveLength(2), soon);
    expect(told('presence.changed')[1]).toMatchObject({
      data: { items: [{ ...online(), state: 'offline' }] },
    });
    await call(there, bob)('unblockUser', { userId: ann.userId });
    await vi.waitFor(() => expect(told('presence.changed')).toHaveLength(3), soon);
    expect(told('presence.changed')[2]).toMatchObject({ data: { items: [online()] } });
  });

  it('tell that the people of one that stops are gone', async () => {
    await call(here, ann)('watchPresence', { userIds: [bob.userId] });
    listenAs({ core: there }, bob, { memberOf: [conversationId] });
    await vi.waitFor(() => expect(told('presence.changed')).toHaveLength(1), soon);
    await nodes.closeThere();
    await vi.waitFor(() => expect(told('presence.changed')).toHaveLength(2), soon);
    expect(told('presence.changed')[1]).toMatchObject({
      data: { items: [{ userId: bob.userId, state: 'offline' }] },
    });
  });

  it('tell typing and receipts to the sockets of the other one', async () => {
    const id = newMessageId();
    const { seq } = await call(here, ann)('sendMessage', { conversationId, id, content: 'hello' });
    await call(there, bob)('setTyping', { conversationId, isTyping: true });
    await call(there, bob)('markRead', { conversationId, seq });
    await vi.waitFor(() => {
      expect(told('typing')).toMatchObject([{ data: { userId: bob.userId, isTyping: true } }]);
      expect(told('receipts.moved')).toMatchObject([
        {
          data: { items: expect.arrayContaining([{ userId: bob.userId, readSeq: seq, deliveredSeq: seq }]) },
        },
      ]);
    }, soon);
  });
});
