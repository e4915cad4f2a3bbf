/** An embedded database people have lived in, moved to PostgreSQL while their clients wait. */
import { randomUUID } from 'node:crypto';
import { builtInAuth, createChatClient, memoryStorage } from '@parley/client-sdk';
import { createServer } from '@parley/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../packages/server/src/db/database.js';
import { openEmbedded } from '../../packages/server/src/db/embedded/embedded-database.js';
import { listTables } from '../../packages/server/src/db/move/list-tables.js';
import {
  compareTables,
  MoveError,
  type MoveProgress,
  moveDatabase,
} from '../../packages/server/src/db/move/move-database.js';
import { openPostgres } from '../../packages/server/src/db/postgres-database.js';
import { freePort } from '../services/free-port.mjs';
import { openTestStore, type TestStore } from '../support/test-store.js';

type Server = Awaited<ReturnType<typeof createServer>>;

const secret = 'a secret of tests that is long enough';
const patience = { timeout: 20_000, interval: 20 };

interface Ends {
  readonly from: Database;
  readonly to: Database;
}

let folder: TestStore;
let target: TestStore;
let port: number;

beforeAll(async () => {
  folder = await openTestStore('embedded');
  target = await openTestStore('postgres');
  port = await freePort();
});

afterAll(async () => {
  await folder?.close();
  await target?.close();
});

async function start(place: { databaseUrl?: string | undefined }): Promise<Server> {
  const options = { secret, dataDirectory: folder.dataDir, isLoopback: true, drainMs: 0 };
  const server = await createServer({ ...options, ...place, logLevel: 'error' });
  await server.listen({ host: '127.0.0.1', port });
  return server;
}

/** Opens both ends for a while. */
async function betweenEnds<T>(work: (ends: Ends) => Promise<T>): Promise<T> {
  const from = await openEmbedded({ directory: folder.dataDir, log: { error: () => {} } });
  const to = await openPostgres({ url: target.databaseUrl ?? '', poolSize: 2 });
  try {
    return await work({ from, to });
  } finally {
    await Promise.all([from.close(), to.close()]);
  }
}

const run = (database: Database, text: string, values: readonly unknown[] = []) =>
  database.query({ name: '', text, values });

const hasSchema = async (database: Database): Promise<boolean> =>
  (await run(database, "select 1 from pg_namespace where nspname = 'parley'")).length > 0;

const quietly = { onProgress: () => {} };

/** Somebody with the SDK, who writes down what they are told. */
async function enter(username: string) {
  const url = `http://127.0.0.1:${port}`;
  const auth = builtInAuth({ url, storage: memoryStorage() });
  const { id } = await auth.register({ username, password: `the password of ${username}` });
  const client = createChatClient({ url, getToken: auth.getToken });
  const told: string[] = [];
  const resets: unknown[] = [];
  client.on('message.created', ({ data }) => void told.push(data.content ?? ''));
  client.on('reset', (event) => void resets.push(event));
  client.connect();
  await expect.poll(() => client.connection.getSnapshot().status, patience).toBe('online');
  return { id, client, told, resets };
}

type Somebody = Awaited<ReturnType<typeof enter>>;

/** What people do that leaves a row somewhere: a thousand messages, edits, deletions, reactions, a thread, marks. */
async function live(server: Server, ines: Somebody, kenji: Somebody): Promise<string> {
  const { id: conversationId } = await ines.client.conversations.create({
    type: 'group',
    name: 'Møde, 会議 and "quotes"',
    memberIds: [kenji.id],
  });
  // Whoever does not look is told heads alone of a conversation as busy as this one.
  for (const { client } of [ines, kenji]) client.conversations.setOpen([conversationId]);
  const say = async (by: Somebody, content: string, more: { threadId?: string } = {}): Promise<string> => {
    const id = randomUUID();
    await server.parley.as(by.id).sendMessage({ conversationId, id, content, ...more });
    return id;
  };
  for (let count = 0; count < 1000; count += 50)
    await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        say(ines, `${count + index}: it's \\ "so", {ø},\n${'é'.repeat(index)}`),
      ),
    );
  const root = await say(kenji, 'a root');
  await say(ines, 'a reply in a thread', { threadId: root });
  const edited = await say(ines, 'a first form');
  await ines.client.messages.edit({ conversationId, messageId: edited, content: 'a second form' });
  const deleted = await say(ines, 'taken back');
  await ines.client.messages.delete({ conversationId, messageId: deleted });
  await kenji.client.call('addReaction', { conversationId, messageId: edited, emoji: '👍' });
  await kenji.client.call('markRead', { conversationId, seq: 500 });
  return conversationId;
}

/** As an app's transaction leaves it when the server is killed before it was carried out. */
async function writePending(database: Database, by: { id: string; conversationId: string }): Promise<void> {
  const id = randomUUID();
  const input = JSON.stringify({
    conversationId: by.conversationId,
    id,
    content: 'written in a transaction',
  });
  const text = `insert into parley.pending_operations (tenant_id, actor_id, operation, op_id, conversation_id, input)
    select tenant_id, id, 'sendMessage', $1, $2, $3::text::jsonb from parley.users where id = $4`;
  await run(database, text, [id, by.conversationId, input, by.id]);
}

/** What both see: the history with everything that hangs on it, and how far it is read. */
async function look(server: Server, somebody: Somebody, conversationId: string) {
  const as = server.parley.as(somebody.id);
  const { items } = await as.listMessages({ conversationId, limit: 100 });
  const list = await as.listConversations({});
  return { items, list: list.items.map(({ lastSeq, mine }) => ({ lastSeq, mine })) };
}

describe('parley db move', () => {
  it('leaves the target as it was when it is interrupted, and refuses one that is not empty', async () => {
    await (await start({})).close();
    await betweenEnds(async (ends) => {
      const stop = (progress: MoveProgress): void => {
        if (progress.step === 'compared') throw new Error('pulled the plug');
      };
      await expect(moveDatabase({ ...ends, onProgress: stop })).rejects.toThrow('pulled the plug');
      expect(await hasSchema(ends.to)).toBe(false);
      await run(ends.to, 'create schema parley');
      await expect(moveDatabase({ ...ends, ...quietly })).rejects.toThrow(MoveError);
      await expect(moveDatabase({ ...ends, ...quietly })).rejects.toThrow('drop schema parley cascade');
      await run(ends.to, 'drop schema parley');
    });
  }, 180_000);

  it('carries everything, and clients go on from their cursors under the sessions they had', async () => {
    const embedded = await start({});
    const [ines, kenji] = [await enter('ines'), await enter('kenji')];
    const conversationId = await live(embedded, ines, kenji);
    const phone = await embedded.parley
      .as(ines.id)
      .login({ login: 'ines', password: 'the password of ines' });
    const sent = 1004;
    await expect.poll(() => kenji.told.length, patience).toBe(sent);
    const before = [await look(embedded, ines, conversationId), await look(embedded, kenji, conversationId)];
    await embedded.close();

    const summaries = await betweenEnds(async (ends) => {
      await writePending(ends.from, { id: ines.id, conversationId });
      const moved = await moveDatabase({ ...ends, ...quietly });
      await expect(moveDatabase({ ...ends, ...quietly })).rejects.toThrow('a whole copy of this folder');
      return moved;
    });
    const rows = new Map(summaries.map((summary) => [summary.table, summary.rows]));
    expect([rows.get('messages'), rows.get('users'), rows.get('pending_operations')]).toEqual([sent, 2, 1]);

    const server = await createServer({
      secret,
      databaseUrl: target.databaseUrl,
      logLevel: 'error',
      drainMs: 0,
    });
    await server.ready();
    // Before anybody is connected: so they have missed it.
    await server.parley
      .as(ines.id)
      .sendMessage({ conversationId, id: randomUUID(), content: 'on PostgreSQL' });
    await server.listen({ host: '127.0.0.1', port });
    await expect.poll(() => kenji.told.length, patience).toBe(sent + 2);
    await expect.poll(() => ines.told.length, patience).toBe(sent + 2);
    expect(new Set(kenji.told).size).toBe(sent + 2);
    expect(kenji.told.slice(sent).sort()).toEqual(['on PostgreSQL', 'written in a transaction']);
    expect([ines.resets, kenji.resets]).toEqual([[], []]);

    const after = [await look(server, ines, conversationId), await look(server, kenji, conversationId)];
    for (const [index, { items }] of before.entries())
      expect(after[index]?.items.slice(0, -2)).toEqual(items.slice(2));
    expect(after[1]?.list).toMatchObject([{ lastSeq: (before[1]?.list[0]?.lastSeq ?? 0) + 2 }]);
    const refreshed = await server.parley.as(ines.id).refresh({ refreshToken: phone.refreshToken });
    expect(refreshed.user.id).toBe(ines.id);
    const { epoch, since } = await kenji.client.call('sync', {});
    expect(await kenji.client.call('sync', { epoch, since })).toMatchObject({
      isReset: false,
      heads: [],
    });
    for (const { client } of [ines, kenji]) client.close();
    await server.close();
  }, 180_000);

  it('notices one byte that is another one', async () => {
    await betweenEnds(async ({ from, to }) => {
      const compare = () =>
        from.snapshot((source) =>
          to.transaction(async (there) => {
            const tables = (await listTables(source)).filter(({ name }) => name === 'credentials');
            return compareTables({ source, target: there, tables, ...quietly });
          }),
        );
      expect(await compare()).toMatchObject([{ table: 'credentials', rows: 2 }]);
      await run(
        to,
        `update parley.credentials set password_hash = overlay(password_hash placing '!' from 40 for 1)
        where user_id = (select min(user_id::text)::uuid from parley.credentials)`,
      );
      await expect(compare()).rejects.toThrow('parley.credentials differs: 2 rows');
    });
  });
});
