import { randomUUID } from 'node:crypto';
import type { Input, Output } from '@parley/protocol';
import fastify, { type FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parley } from '../../plugin.js';
import { createTestDatabase, type TestDatabase } from '../../testing/test-database.js';
import { testSecret as secret } from '../../testing/test-secret.js';
import { turn } from '../../testing/turn.js';

describe('a long poll over HTTP', () => {
  let database: TestDatabase;
  let app: FastifyInstance;
  let url: string;
  let token: string;

  beforeEach(async () => {
    database = await createTestDatabase();
    app = fastify({ pluginTimeout: 60_000 });
    await app.register(parley, { secret, databaseUrl: database.url, drainMs: 0, poolSize: 2 });
    url = await app.listen({ port: 0, host: '127.0.0.1' });
    const person = { username: `p-${randomUUID().slice(0, 13)}`, password: 'long enough for anybody' };
    const registered = await app.inject({ method: 'POST', url: '/v1/auth/register', payload: person });
    token = registered.json().accessToken;
  });

  afterEach(async () => {
    await app.close();
    await database.drop();
  });

  async function sync(input: Input<'sync'>, signal?: AbortSignal) {
    const response = await fetch(`${url}/v1/sync`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(input),
      ...(signal === undefined ? {} : { signal }),
    });
    // What a sync answers, if it answers at all.
    return { status: response.status, body: (await response.json()) as Output<'sync'> };
  }

  /** A wait in this server is a socket to its hub. */
  async function untilWaiting(count: number): Promise<void> {
    for (let now = -1; now !== count; await turn()) {
      const { body } = await app.inject('/metrics');
      now = Number(/^parley_sockets (\d+)/m.exec(body)?.[1]);
    }
  }

  it('ends when its caller goes away', async () => {
    const { since } = (await sync({})).body;
    const controller = new AbortController();
    const waiting = sync({ since, waitMs: 25_000 }, controller.signal).catch((error: Error) => error.name);
    await untilWaiting(1);
    controller.abort();
    expect(await waiting).toBe('AbortError');
    await untilWaiting(0);
  });

  it('is answered when the server closes, which does not wait for its time', async () => {
    const { since } = (await sync({})).body;
    const startedAt = performance.now();
    const waiting = sync({ since, waitMs: 25_000 });
    await untilWaiting(1);
    await app.close();
    expect(await waiting).toMatchObject({ status: 200, body: { heads: [], gone: [] } });
    expect(performance.now() - startedAt).toBeLessThan(20_000);
  });
});
