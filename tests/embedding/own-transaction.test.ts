import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RawSocket } from '../support/raw-socket.js';
import { type EmbeddedApp, openEmbeddedApp } from './embedded-app.js';

/** Usually a fifth of a second; more on a busy machine. */
const patience = { timeout: 10_000, interval: 20 };

describe("Parley inside the app's own transaction", () => {
  let app: EmbeddedApp;
  beforeAll(async () => {
    app = await openEmbeddedApp();
    await app.pool.query('create table orders (id uuid primary key, total int not null)');
  });
  afterAll(() => app?.close());

  it('delays nobody while the transaction is held for five seconds, and arrives once it commits', async () => {
    const { author, other, conversationId } = await app.setUp();
    const sendOther = async (): Promise<number> => {
      const startedAt = performance.now();
      await app.parley.as(other.id).sendMessage({ conversationId, id: randomUUID(), content: 'meanwhile' });
      return performance.now() - startedAt;
    };
    const before: number[] = [];
    for (let count = 0; count < 100; count += 1) before.push(await sendOther());

    const id = randomUUID();
    const client = await app.pool.connect();
    await client.query('begin');
    await client.query('insert into orders values ($1, 100)', [randomUUID()]);
    await app.parley
      .withTransaction(client)
      .as(author.id)
      .sendMessage({ conversationId, id, content: 'ordered' });
    const heldAt = performance.now();
    const burst = await Promise.all(Array.from({ length: 100 }, sendOther));
    const burstMs = performance.now() - heldAt;
    const during: number[] = [];
    while (performance.now() - heldAt < 5000) during.push(await sendOther());
    expect(await isThere(id, conversationId)).toBe(false);
    await client.query('commit');
    client.release();
    const committedAt = performance.now();
    await expect.poll(() => isThere(id, conversationId), patience).toBe(true);
    const arrivedMs = performance.now() - committedAt;

    console.log(
      `held 5 s: 100 sends at once in ${burstMs.toFixed(0)} ms (slowest ${Math.max(...burst).toFixed(0)} ms); one by one ` +
        `${describeTimes(before)} before, ${describeTimes(during)} during; there ${arrivedMs.toFixed(0)} ms after the commit`,
    );
    expect(burstMs).toBeLessThan(2000);
    expect(median(during)).toBeLessThan(median(before) * 3 + 5);
    expect(Math.max(...during)).toBeLessThan(1000);
  });

  it('sends nothing of what was rolled back', async () => {
    const { author, conversationId } = await app.setUp();
    const client = await app.pool.connect();
    await client.query('begin');
    await app.parley
      .withTransaction(client)
      .as(author.id)
      .sendMessage({ conversationId, id: randomUUID(), content: 'never' });
    await client.query('rollback');
    client.release();
    // A later one of the same conversation has been carried out: the earlier one is not merely late.
    await app.parley.transaction((tx) =>
      tx.as(author.id).sendMessage({ conversationId, id: randomUUID(), content: 'later' }),
    );
    await expect
      .poll(async () => (await app.read(author, conversationId)).map(({ content }) => content), patience)
      .toEqual(['later']);
    const { rows } = await app.pool.query('select count(*)::int as count from parley.pending_operations');
    expect(rows).toEqual([{ count: 0 }]);
  });

  it('sends ten operations of one transaction once and in order, to sockets and to the log', async () => {
    const { author, other, conversationId } = await app.setUp();
    const url = await listen();
    const socket = await RawSocket.open(url);
    const { heads } = await socket.hello(other.accessToken);
    expect(heads.has(conversationId)).toBe(true);

    const first = randomUUID();
    const client = await app.pool.connect();
    await client.query('begin');
    const calls = app.parley.withTransaction(client).as(author.id);
    await calls.sendMessage({ conversationId, id: first, content: 'one' });
    await calls.editMessage({ conversationId, messageId: first, content: 'one, edited' });
    await calls.addReaction({ conversationId, messageId: first, emoji: '👍' });
    for (let count = 2; count <= 6; count += 1)
      await calls.sendMessage({ conversationId, id: randomUUID(), content: String(count) });
    await calls.editMessage({ conversationId, messageId: first, content: 'one, edited twice' });
    await calls.removeReaction({ conversationId, messageId: first, emoji: '👍' });
    await client.query('commit');
    client.release();

    const expected = [
      'message.created',
      'message.updated',
      'reaction.added',
      ...Array.from({ length: 5 }, () => 'message.created'),
      'message.updated',
      'reaction.removed',
    ];
    const since = heads.get(conversationId) ?? 0;
    const seen: [number, string][] = [];
    while (seen.length < expected.length) {
      const frame = await socket.next(({ type }) => type === 'event');
      if (frame.type === 'event' && frame.event.conversationId === conversationId)
        seen.push([frame.event.seq, frame.event.kind]);
    }
    expect(seen).toEqual(expected.map((kind, index) => [since + 1 + index, kind]));
    const changes = await app.parley.as(other.id).listChanges({ conversationId, since, mode: 'log' });
    expect(changes.mode === 'log' ? changes.items.map(({ kind }) => kind) : changes).toEqual(expected);
    expect((await app.read(other, conversationId)).map(({ content }) => content)).toEqual([
      'one, edited twice',
      '2',
      '3',
      '4',
      '5',
      '6',
    ]);
    await socket.close();
  });

  it('tells the host of what was no longer allowed when it was carried out, and lists it', async () => {
    const { author, other, conversationId } = await app.setUp();
    const client = await app.pool.connect();
    await client.query('begin');
    const id = randomUUID();
    await app.parley
      .withTransaction(client)
      .as(other.id)
      .sendMessage({ conversationId, id, content: 'too late' });
    await app.parley.as(author.id).removeMember({ conversationId, userId: other.id });
    await client.query('commit');
    client.release();
    await expect.poll(() => app.refused.length, patience).toBe(1);
    expect(app.refused).toMatchObject([
      { operation: 'sendMessage', input: { id }, actor: { userId: other.id }, error: { code: 'not_found' } },
    ]);
    const listed = await app.parley.pendingOperations.list({ state: 'refused' });
    expect(listed.map(({ opId, errorCode }) => [opId, errorCode])).toEqual([[id, 'not_found']]);
    await app.parley.pendingOperations.discard(listed[0]?.id ?? 0);
  });

  async function isThere(id: string, conversationId: string): Promise<boolean> {
    const { rows } = await app.pool.query(
      'select 1 from parley.messages where conversation_id = $1 and id = $2',
      [conversationId, id],
    );
    return rows.length > 0;
  }

  async function listen(): Promise<string> {
    return app.server.listen({ port: 0, host: '127.0.0.1' });
  }
});

function median(times: readonly number[]): number {
  return [...times].sort((one, two) => one - two)[Math.floor(times.length / 2)] ?? 0;
}

function describeTimes(times: readonly number[]): string {
  const sorted = [...times].sort((one, two) => one - two);
  const at = (share: number): string => (sorted[Math.floor(sorted.length * share)] ?? 0).toFixed(1);
  return `p50 ${at(0.5)}, p99 ${at(0.99)} ms of ${times.length}`;
}
