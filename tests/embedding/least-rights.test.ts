import { randomBytes, randomUUID } from 'node:crypto';
import pg from 'pg';
import { expect, it } from 'vitest';
import { openEmbeddedApp } from './embedded-app.js';

it('an app writes operations with a role that has no more than the README asks for', async () => {
  const app = await openEmbeddedApp();
  const role = `app_${randomBytes(6).toString('hex')}`;
  try {
    const { author, conversationId } = await app.setUp();
    await app.pool.query(`
      create role ${role};
      grant usage on schema parley to ${role};
      grant select on parley.conversation_heads, parley.members, parley.messages, parley.changes to ${role};
      grant insert on parley.pending_operations to ${role};`);
    const client = await app.pool.connect();
    await client.query(`begin; set local role ${role}`);
    const calls = app.parley.withTransaction(client).as(author.id);
    const id = randomUUID();
    await calls.sendMessage({ conversationId, id, content: 'with little' });
    await calls.editMessage({ conversationId, messageId: id, content: 'with little, edited' });
    await client.query('commit');
    client.release();
    await expect
      .poll(async () => (await app.read(author, conversationId)).map(({ content }) => content), {
        timeout: 10_000,
      })
      .toEqual(['with little, edited']);
  } finally {
    await app.pool.query(`drop owned by ${role}; drop role ${role}`);
    await app.close();
  }
});

it('a transaction the app’s driver has given up is told apart from a refusal', async () => {
  const app = await openEmbeddedApp();
  try {
    const { author, conversationId } = await app.setUp();
    const client = await app.pool.connect();
    await client.query('begin');
    await client.query('select * from nothing').catch(() => {});
    const sending = app.parley
      .withTransaction(client)
      .as(author.id)
      .sendMessage({ conversationId, id: randomUUID(), content: 'too late' });
    await expect(sending).rejects.toThrow(pg.DatabaseError);
    await client.query('rollback');
    client.release();
  } finally {
    await app.close();
  }
});
