import { randomUUID } from 'node:crypto';
import { createServer, type RefusedOperation } from '@parley/server';
import pg from 'pg';
import { openTestStore } from '../support/test-store.js';

/** An app that runs Parley in its own process, on a PostgreSQL both use. */
export type EmbeddedApp = Awaited<ReturnType<typeof openEmbeddedApp>>;

/** Somebody with an account. */
export interface Somebody {
  readonly id: string;
  readonly accessToken: string;
}

export async function openEmbeddedApp() {
  const store = await openTestStore('postgres');
  const refused: RefusedOperation[] = [];
  const server = await createServer({
    secret: 'a secret of tests that is long enough',
    databaseUrl: store.databaseUrl,
    logLevel: 'error',
    drainMs: 0,
    onRefused: (one) => refused.push(one),
  });
  const pool = new pg.Pool({ connectionString: store.databaseUrl, max: 4 });
  const { parley } = server;
  const register = async (): Promise<Somebody> => {
    const username = `p-${randomUUID().slice(0, 13)}`;
    const session = await parley.as(randomUUID()).register({ username, password: `password of ${username}` });
    return { id: session.user.id, accessToken: session.accessToken };
  };
  return {
    server,
    parley,
    /** The app's own connections. */
    pool,
    /** What the host was told of. */
    refused,
    register,
    /** Two people and a group of both. */
    setUp: async () => {
      const [author, other] = [await register(), await register()];
      const { id: conversationId } = await parley
        .as(author.id)
        .createConversation({ type: 'group', memberIds: [other.id], name: 'Orders' });
      return { author, other, conversationId };
    },
    /** What somebody reads of a conversation, oldest first. */
    read: async (by: Somebody, conversationId: string) =>
      (await parley.as(by.id).listMessages({ conversationId, limit: 100 })).items,
    close: async () => {
      await pool.end();
      await server.close();
      await store.close();
    },
  };
}
