import { randomUUID } from 'node:crypto';
import type { ConversationId } from '@parley/protocol';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Actor } from '../../access/actor.js';
import {
  type NodeOptions,
  openPendingScene,
  type PendingNode,
  type PendingScene,
} from '../../testing/pending-scene.js';
import { seedConversation, seedUsers } from '../../testing/seed.js';

describe.each(['embedded', 'postgres'] as const)('draining pending operations (%s)', (engine) => {
  let scene: PendingScene;
  beforeAll(async () => {
    scene = await openPendingScene(engine);
  });
  afterAll(() => scene?.close());

  async function setUp(options: NodeOptions = {}) {
    const [author, other] = await seedUsers(scene.database, 2);
    if (author === undefined || other === undefined) throw new Error('two people were seeded');
    const conversationId = await seedConversation(scene.database, {
      memberIds: [author.userId, other.userId],
    });
    return { node: await scene.openNode(options), author, other, conversationId };
  }

  function write(
    node: PendingNode,
    { author, conversationId }: { readonly author: Actor; readonly conversationId: ConversationId },
    contents: readonly string[],
  ) {
    return node.parley.transaction(async (tx) => {
      const ids: string[] = [];
      for (const content of contents) {
        const id = randomUUID();
        await tx.as(author.userId).sendMessage({ conversationId, id, content });
        ids.push(id);
      }
      return ids;
    });
  }

  it('sends what was committed, in the order it was written, and leaves nothing behind', async () => {
    const { node, author, conversationId } = await setUp();
    const [first = ''] = await write(node, { author, conversationId }, ['one', 'two', 'three']);
    await node.parley.transaction(async (tx) => {
      const mine = tx.as(author.userId);
      await mine.editMessage({ conversationId, messageId: first, content: 'one, edited' });
      await mine.addReaction({ conversationId, messageId: first, emoji: '👍' });
      await mine.removeReaction({ conversationId, messageId: first, emoji: '👍' });
      await mine.deleteMessage({ conversationId, messageId: first });
    });
    await node.drainAll();
    expect(node.events.map(({ kind, seq }) => [seq, kind])).toEqual([
      [1, 'message.created'],
      [2, 'message.created'],
      [3, 'message.created'],
      [4, 'message.updated'],
      [5, 'reaction.added'],
      [6, 'reaction.removed'],
      [7, 'message.deleted'],
    ]);
    expect(node.errors).toEqual([]);
    expect(node.refused).toEqual([]);
    expect(await node.parley.pendingOperations.countWaiting()).toBe(0);
  });

  it('sends nothing of a transaction that was rolled back', async () => {
    const { node, author, conversationId } = await setUp();
    const failed = node.parley.transaction(async (tx) => {
      await tx.as(author.userId).sendMessage({ conversationId, id: randomUUID(), content: 'never' });
      throw new Error('the order could not be placed');
    });
    await expect(failed).rejects.toThrow('the order could not be placed');
    expect(await node.parley.pendingOperations.countWaiting()).toBe(0);
  });

  it('repeats harmlessly what was carried out by a node that ended before it could say so', async () => {
    const {
      node: first,
      author,
      conversationId,
    } = await setUp({
      // The operation is committed and published; the row never deleted.
      afterExecute: () => Promise.reject(new Error('the node ends here')),
    });
    await write(first, { author, conversationId }, ['once']);
    await first.drain.poll();
    await first.drain.settled();
    expect(first.events).toHaveLength(1);
    expect(await first.parley.pendingOperations.countWaiting()).toBe(1);

    const second = await scene.openNode();
    await endPauses();
    await second.drainAll();
    expect(second.events).toEqual([]);
    expect(await lastSeq(conversationId)).toBe(1);
  });

  it('refuses what is no longer allowed, tells the host once, lists it until it is discarded, and goes on', async () => {
    const { node, author, other, conversationId } = await setUp();
    await write(node, { author, conversationId }, ['from somebody who is gone by then']);
    await write(node, { author: other, conversationId }, ['from somebody who stays']);
    await sql`
      update parley.members set status = 0 where conversation_id = ${conversationId} and user_id = ${author.userId}`.execute(
      scene.database.kysely,
    );
    await node.drainAll();
    expect(node.refused).toMatchObject([
      {
        operation: 'sendMessage',
        input: { conversationId, content: 'from somebody who is gone by then' },
        actor: { userId: author.userId },
        error: { code: 'not_found' },
      },
    ]);
    expect(node.events.map(({ actorId }) => actorId)).toEqual([other.userId]);
    const { pendingOperations } = node.parley;
    const listed = await pendingOperations.list({ state: 'refused' });
    expect(listed).toMatchObject([{ userId: author.userId, errorCode: 'not_found', state: 'refused' }]);
    await pendingOperations.discard(listed[0]?.id ?? 0);
    expect(await pendingOperations.list({ state: 'refused' })).toEqual([]);
    await expect(pendingOperations.discard(listed[0]?.id ?? 0)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('keeps a host that throws in onRefused from stopping the rest', async () => {
    const { node, author, other, conversationId } = await setUp({
      onRefused: () => {
        throw new Error('the host is broken');
      },
    });
    await write(node, { author, conversationId }, ['gone']);
    await write(node, { author: other, conversationId }, ['stays']);
    await sql`
      update parley.conversation_heads set role_rights = '{0,0,0,0}' where conversation_id = ${conversationId}`.execute(
      scene.database.kysely,
    );
    await node.drainAll();
    expect(node.refused.map(({ error }) => error.code)).toEqual(['forbidden', 'forbidden']);
    expect(node.errors.map(String)).toEqual(['Error: the host is broken', 'Error: the host is broken']);
    for (const { id } of node.refused) await node.parley.pendingOperations.discard(id);
  });

  it('tries again what failed for a reason that passes, holding up that conversation only', async () => {
    let isFailing = true;
    const { node, author, conversationId } = await setUp({
      beforeExecute: async () => {
        if (isFailing) throw new Error('something nobody foresaw');
      },
    });
    await write(node, { author, conversationId }, ['first', 'second']);
    await node.drain.poll();
    await node.drain.settled();
    const waiting = await node.parley.pendingOperations.list({ state: 'waiting' });
    expect(waiting.map(({ attempts, errorCode }) => [attempts, errorCode])).toEqual([
      [1, 'internal'],
      [0, null],
    ]);
    isFailing = false;
    // However slow the machine is.
    await sql`update parley.pending_operations set not_before = not_before + interval '1 hour'`.execute(
      scene.database.kysely,
    );
    const elsewhere = await setUp();
    await write(elsewhere.node, elsewhere, ['not held up']);
    await elsewhere.node.drain.poll();
    await elsewhere.node.drain.settled();
    expect(elsewhere.node.events).toHaveLength(1);
    // What is written later does not overtake what waits.
    await write(node, { author, conversationId }, ['third']);
    await node.drain.poll();
    await node.drain.settled();
    expect(await contents(conversationId)).toEqual([]);
    await endPauses();
    await node.drainAll();
    expect(await contents(conversationId)).toEqual(['first', 'second', 'third']);
  });

  it('refuses after ten attempts what nobody foresaw', async () => {
    const { node, author, conversationId } = await setUp({
      beforeExecute: () => Promise.reject(new Error('a poison operation')),
    });
    await write(node, { author, conversationId }, ['poison']);
    for (let attempt = 0; attempt < 10; attempt += 1) {
      await endPauses();
      await node.drain.poll();
      await node.drain.settled();
    }
    expect(node.refused.map(({ error }) => error.code)).toEqual(['internal']);
    await node.parley.pendingOperations.discard(node.refused[0]?.id ?? 0);
  });

  it('polls by its clock, and no more once it is closed', async () => {
    const { node, author, conversationId } = await setUp();
    node.drain.start();
    await write(node, { author, conversationId }, ['found by polling']);
    node.clock.advance(200);
    // The poll that the clock began is the one this joins.
    await node.drain.poll();
    await node.drain.settled();
    expect(node.events).toHaveLength(1);
    await node.drain.close();
    expect(node.clock.pending).toBe(0);
    await write(node, { author, conversationId }, ['nobody is there']);
    await node.drain.poll();
    await node.drain.settled();
    expect(await node.parley.pendingOperations.countWaiting()).toBe(1);
    await (await scene.openNode()).drainAll();
  });

  it('gives back at once what it had taken when it closes', async () => {
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { node, author, conversationId } = await setUp({ beforeExecute: () => held });
    await write(node, { author, conversationId }, ['under way', 'not begun']);
    await node.drain.poll();
    const closed = node.drain.close();
    release();
    await closed;
    expect(await contents(conversationId)).toEqual(['under way']);
    await (await scene.openNode()).drainAll();
    expect(await contents(conversationId)).toEqual(['under way', 'not begun']);
  });

  /** What waits for a lease or a pause to end, waits no more. */
  async function endPauses(): Promise<void> {
    await sql`update parley.pending_operations set not_before = '-infinity'`.execute(scene.database.kysely);
  }

  async function contents(conversationId: ConversationId): Promise<string[]> {
    const { rows } = await sql<{ content: string }>`
      select content from parley.messages where conversation_id = ${conversationId} order by seq`.execute(
      scene.database.kysely,
    );
    return rows.map(({ content }) => content);
  }

  async function lastSeq(conversationId: ConversationId): Promise<number> {
    const { rows } = await sql<{ last_seq: number }>`
      select last_seq from parley.conversation_heads where conversation_id = ${conversationId}`.execute(
      scene.database.kysely,
    );
    return rows[0]?.last_seq ?? -1;
  }
});
