import { randomUUID } from 'node:crypto';
import type { ConversationId } from '@parley/protocol';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Actor } from '../../access/actor.js';
import { expectCode } from '../../testing/expect-code.js';
import { openPendingScene, type PendingNode, type PendingScene } from '../../testing/pending-scene.js';
import { newConversationId, seedConversation, seedUser } from '../../testing/seed.js';
import { writers } from './writers.js';

describe("operations inside the app's own transaction", () => {
  let scene: PendingScene;
  let node: PendingNode;
  let author: Actor;
  let conversationId: ConversationId;
  beforeAll(async () => {
    scene = await openPendingScene('postgres');
    node = await scene.openNode();
    author = await seedUser(scene.database);
    conversationId = await seedConversation(scene.database, { memberIds: [author.userId] });
  });
  afterAll(() => scene?.close());

  const send = (id: string = randomUUID()) => ({ conversationId, id, content: 'hello' });

  it.each(['read committed', 'repeatable read', 'serializable'])(
    'are written at %s and sent once the app commits',
    async (isolation) => {
      const app = await scene.connect();
      await app.query(`begin isolation level ${isolation}`);
      await app.query("set local search_path to 'pg_temp'");
      const input = send();
      const written = await node.parley.withTransaction(app).as(author.userId).sendMessage(input);
      expect(written).toEqual({ opId: input.id });
      await node.drain.poll();
      await node.drain.settled();
      expect(await isSent(input.id)).toBe(false);
      await app.query('commit');
      await node.drainAll();
      expect(await isSent(input.id)).toBe(true);
    },
  );

  it('neither fail nor are failed by a serializable transaction when the conversation moves meanwhile', async () => {
    const app = await scene.connect();
    await app.query('begin isolation level serializable');
    const input = send();
    await node.parley.withTransaction(app).as(author.userId).sendMessage(input);
    await node.parley.as(author.userId).sendMessage(send());
    await app.query('commit');
    await node.drainAll();
    expect(await isSent(input.id)).toBe(true);
  });

  it('are gone with the rollback', async () => {
    const app = await scene.connect();
    await app.query('begin');
    const input = send();
    await node.parley.withTransaction(app).as(author.userId).sendMessage(input);
    await app.query('rollback');
    expect(await node.parley.pendingOperations.countWaiting()).toBe(0);
    await node.drain.poll();
    expect(await isSent(input.id)).toBe(false);
  });

  it('are judged by the rule of the lock, and a refusal leaves the transaction usable', async () => {
    const stranger = await seedUser(scene.database);
    const muted = await seedUser(scene.database);
    const silenced = await seedUser(scene.database);
    const room = await seedConversation(scene.database, { memberIds: [muted.userId, silenced.userId] });
    const archive = await seedConversation(scene.database, { memberIds: [muted.userId], state: 'archived' });
    await sql`
      update parley.members set muted_until = case when user_id = ${muted.userId} then now() + interval '1 hour' end,
        deny = case when user_id = ${silenced.userId} then 1 else 0 end
      where conversation_id = ${room}`.execute(scene.database.kysely);
    const app = await scene.connect();
    await app.query('begin');
    const sendAs = (actor: Actor, where: ConversationId, content = 'hello') =>
      node.parley
        .withTransaction(app)
        .as(actor.userId)
        .sendMessage({ conversationId: where, id: randomUUID(), content });
    await expectCode('not_found', () => sendAs(stranger, room));
    await expectCode('not_found', () => sendAs(stranger, newConversationId()));
    await expectCode('muted', () => sendAs(muted, room));
    await expectCode('forbidden', () => sendAs(silenced, room));
    await expectCode('conversation_archived', () => sendAs(muted, archive));
    await expectCode('message_too_long', () => sendAs(author, conversationId, 'x'.repeat(100_000)));
    await expectCode('validation_failed', () =>
      node.parley.withTransaction(app).as('nobody').sendMessage(send()),
    );
    const input = send();
    await node.parley.withTransaction(app).as(author.userId).sendMessage(input);
    await app.query('commit');
    await node.drainAll();
    expect(await isSent(input.id)).toBe(true);
  });

  it('are sent once when the app repeats its transaction, and a repeat needs no right', async () => {
    const once = await seedUser(scene.database);
    const room = await seedConversation(scene.database, { memberIds: [once.userId] });
    const input = { conversationId: room, id: randomUUID(), content: 'once' };
    const opId = randomUUID();
    const app = await scene.connect();
    const repeat = async () => {
      await app.query('begin');
      const calls = node.parley.withTransaction(app).as(once.userId);
      await calls.sendMessage(input);
      await calls.editMessage({ conversationId: room, messageId: input.id, content: 'edited' }, { opId });
      await app.query('commit');
    };
    await repeat();
    // Before anything was drained, after it, and after the right was lost.
    await repeat();
    await node.drainAll();
    await repeat();
    await sql`update parley.members set status = 0 where conversation_id = ${room}`.execute(
      scene.database.kysely,
    );
    await repeat();
    await node.drainAll();
    const { rows } = await sql`
      select last_seq from parley.conversation_heads where conversation_id = ${room}`.execute(
      scene.database.kysely,
    );
    expect(rows).toEqual([{ last_seq: 2 }]);
    expect(node.refused).toEqual([]);
  });

  it('are offered for every operation that goes through the batcher, and no other', () => {
    const names = [...node.registry.operations.values()].filter(({ handler }) => handler.policy === 'writer');
    expect(names.map(({ name }) => name).sort()).toEqual([...writers].sort());
  });

  async function isSent(id: string): Promise<boolean> {
    const { rows } = await sql`
      select 1 from parley.messages where conversation_id = ${conversationId} and id = ${id}`.execute(
      scene.database.kysely,
    );
    return rows.length > 0;
  }
});
