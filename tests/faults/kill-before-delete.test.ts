import { randomUUID } from 'node:crypto';
import { createServer } from '@parley/server';
import pg from 'pg';
import { expect, it } from 'vitest';
import { callAs, createGroup, register } from '../support/people.js';
import { startServer } from '../support/start-server.js';
import { openTestStore } from '../support/test-store.js';

const gate = 7_400_099;

it('an operation of an app’s transaction is carried out once, though its node is killed between the commit and the end of its row', async () => {
  const store = await openTestStore('postgres');
  const app = new pg.Pool({ connectionString: store.databaseUrl });
  // A backend that is terminated on purpose takes its connection with it.
  app.on('error', () => {});
  const first = await startServer(store);
  try {
    const author = await register(first.url);
    const { id: conversationId, lastSeq } = await createGroup(first.url, author, []);
    const id = randomUUID();
    await holdDeletes(app);
    const holder = await app.connect();
    await holder.query('select pg_advisory_lock($1)', [gate]);

    await writeInTransaction(app, {
      store,
      author: author.id,
      input: { conversationId, id, content: 'once' },
    });
    await expect.poll(() => count(app, waitingForTheGate), { timeout: 20_000 }).toBe(1);
    expect(await count(app, 'select count(*)::int from parley.messages')).toBe(1);
    await first.kill9();
    // What the machine of the node would take with it.
    await app.query(`
      select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock' and wait_event = 'advisory'`);
    expect(await count(app, 'select count(*)::int from parley.pending_operations')).toBe(1);
    await holder.query('select pg_advisory_unlock($1)', [gate]);
    holder.release();

    const second = await startServer(store);
    try {
      const startedAt = performance.now();
      await expect
        .poll(() => count(app, 'select count(*)::int from parley.pending_operations'), { timeout: 20_000 })
        .toBe(0);
      console.log(
        `taken over ${((performance.now() - startedAt) / 1000).toFixed(1)} s after the next node was there`,
      );
      const page = await callAs({ url: second.url, person: author }, 'listMessages', { conversationId });
      expect(page.items.map((message) => [message.id, message.seq])).toEqual([[id, lastSeq + 1]]);
      const summary = await callAs({ url: second.url, person: author }, 'getConversation', {
        conversationId,
      });
      expect(summary.lastSeq).toBe(lastSeq + 1);
    } finally {
      await second.stop();
    }
  } finally {
    await first.kill9();
    await app.end();
    await store.close();
  }
});

const waitingForTheGate = `
  select count(*)::int from pg_stat_activity
  where datname = current_database() and wait_event_type = 'Lock' and wait_event = 'advisory'`;

/** Whoever deletes a pending operation waits for the gate. */
async function holdDeletes(app: pg.Pool): Promise<void> {
  await app.query(`
    create function public.wait_for_gate() returns trigger language plpgsql as $$
    begin perform pg_advisory_xact_lock(${gate}); return old; end $$`);
  await app.query(`
    create trigger hold before delete on parley.pending_operations for each row execute function public.wait_for_gate()`);
}

interface Writing {
  readonly store: { readonly databaseUrl: string | undefined };
  readonly author: string;
  readonly input: { readonly conversationId: string; readonly id: string; readonly content: string };
}

/** In a process of its own, as it were: it has closed before the commit, so another node carries the operation out. */
async function writeInTransaction(app: pg.Pool, { store, author, input }: Writing): Promise<void> {
  const server = await createServer({
    secret: 'a secret of tests that is long enough',
    databaseUrl: store.databaseUrl,
    logLevel: 'error',
    drainMs: 0,
  });
  const client = await app.connect();
  await client.query('begin');
  await server.parley.withTransaction(client).as(author).sendMessage(input);
  await server.close();
  await client.query('commit');
  client.release();
}

async function count(app: pg.Pool, query: string): Promise<number> {
  const { rows } = await app.query<{ count: number }>(query);
  return rows[0]?.count ?? -1;
}
