import { randomUUID } from 'node:crypto';
import type { ConversationId } from '@parley/protocol';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Actor } from '../../access/actor.js';
import { openPendingScene, type PendingNode, type PendingScene } from '../../testing/pending-scene.js';
import { seedConversation, seedUsers } from '../../testing/seed.js';
import { turn } from '../../testing/turn.js';

describe('two nodes that drain one table', () => {
  let scene: PendingScene;
  beforeAll(async () => {
    scene = await openPendingScene('postgres');
  });
  afterAll(() => scene?.close());

  it.each([
    ['keep the order of every conversation and send nothing twice', 10_000, 3],
    ['do so also when leases end before the work', 0, 1],
  ])('%s', async (_, leaseMs, batches) => {
    const messages = batches * 10;
    const [author] = await seedUsers(scene.database, 1);
    if (author === undefined) throw new Error('somebody was seeded');
    const conversations: ConversationId[] = [];
    for (let index = 0; index < 5; index += 1)
      conversations.push(await seedConversation(scene.database, { memberIds: [author.userId] }));
    const nodes = [await scene.openNode({ leaseMs }), await scene.openNode({ leaseMs })] as const;
    const writing = writeAll(nodes[0], author, { conversations, batches });
    let isWritten = false;
    const written = writing.then(() => {
      isWritten = true;
    });
    const draining = nodes.map(async (node) => {
      while (!isWritten || (await node.parley.pendingOperations.countWaiting()) > 0) {
        await node.drain.poll();
        // With no lease both work on the same rows at the same time; waiting for one's own would hide that.
        if (leaseMs > 0) await node.drain.settled();
        else await turn();
      }
      await node.drain.settled();
    });
    await Promise.all([written, ...draining]);

    for (const conversationId of conversations) {
      const sent = await contents(conversationId);
      expect(sent).toEqual(Array.from({ length: messages }, (_none, index) => `${index}, edited`));
    }
    const events = nodes.flatMap((node) => node.events);
    expect(events).toHaveLength(5 * messages * 2);
    expect(new Set(events.map(({ conversationId, seq }) => `${conversationId} ${seq}`)).size).toBe(
      5 * messages * 2,
    );
    for (const node of nodes) expect([node.refused, node.errors]).toEqual([[], []]);
    // Both did some of it. Without a lease each does all of it, and either may be first every time.
    if (leaseMs > 0) for (const node of nodes) expect(node.events.length).toBeGreaterThan(0);
  });

  it('leave a conversation to the one that has begun it, and begin it from the front once its lease is over', async () => {
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const [author] = await seedUsers(scene.database, 1);
    if (author === undefined) throw new Error('somebody was seeded');
    const conversationId = await seedConversation(scene.database, { memberIds: [author.userId] });
    const slow = await scene.openNode({ beforeExecute: () => held });
    const quick = await scene.openNode();
    const write = (content: string) =>
      quick.parley.transaction((tx) =>
        tx.as(author.userId).sendMessage({ conversationId, id: randomUUID(), content }),
      );
    await write('first');
    await write('second');
    await slow.drain.poll();
    await write('third');
    await quick.drain.poll();
    await quick.drain.settled();
    expect(await contents(conversationId)).toEqual([]);

    await sql`update parley.pending_operations set not_before = '-infinity'`.execute(scene.database.kysely);
    await quick.drainAll();
    expect(await contents(conversationId)).toEqual(['first', 'second', 'third']);
    release();
    await slow.drain.settled();
    expect(await contents(conversationId)).toEqual(['first', 'second', 'third']);
    expect([slow.events, slow.refused, slow.errors]).toEqual([[], [], []]);
  });

  /** Messages in each conversation, ten a transaction, each followed by an edit of itself. */
  async function writeAll(
    node: PendingNode,
    author: Actor,
    {
      conversations,
      batches,
    }: { readonly conversations: readonly ConversationId[]; readonly batches: number },
  ) {
    for (let batch = 0; batch < batches; batch += 1)
      for (const conversationId of conversations)
        await node.parley.transaction(async (tx) => {
          const calls = tx.as(author.userId);
          for (let index = batch * 10; index < batch * 10 + 10; index += 1) {
            const id = randomUUID();
            await calls.sendMessage({ conversationId, id, content: String(index) });
            await calls.editMessage({ conversationId, messageId: id, content: `${index}, edited` });
          }
        });
  }

  async function contents(conversationId: ConversationId): Promise<string[]> {
    const { rows } = await sql<{ content: string }>`
      select content from parley.messages where conversation_id = ${conversationId} order by seq`.execute(
      scene.database.kysely,
    );
    return rows.map(({ content }) => content);
  }
});
