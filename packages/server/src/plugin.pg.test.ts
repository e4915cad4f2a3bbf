import { randomUUID } from 'node:crypto';
import fastify from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parley } from './plugin.js';
import { createTestDatabase, type TestDatabase } from './testing/test-database.js';
import { testSecret as secret } from './testing/test-secret.js';

const register = () => ({ username: `p-${randomUUID().slice(0, 13)}`, password: 'long enough for anybody' });

describe('the plugin', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database?.drop());
  const options = (prefix: string) => ({
    prefix,
    secret,
    databaseUrl: database.url,
    drainMs: 0,
    poolSize: 2,
  });

  it('serves below its prefix and gives the app itself the operations', async () => {
    const app = fastify({ pluginTimeout: 60_000 });
    app.get('/', async () => "the app's own");
    await app.register(parley, options('/chat'));
    const { user } = await app.parley.as(randomUUID()).register(register());
    expect(await app.parley.as(user.id).getMe({})).toMatchObject({ id: user.id });
    expect((await app.inject('/chat/health')).statusCode).toBe(200);
    expect((await app.inject('/health')).statusCode).toBe(404);
    expect((await app.inject('/chat/nothing')).json()).toMatchObject({ error: { code: 'not_found' } });
    // Its answers to errors are its own, not the app's.
    expect((await app.inject('/nothing')).json()).not.toHaveProperty('error.code');
    expect((await app.inject('/')).body).toBe("the app's own");
    await app.close();
  });

  it('stands twice in one app when each is in a scope of its own', async () => {
    const app = fastify({ pluginTimeout: 60_000 });
    const scopes = ['/one', '/two'].map(async (prefix) => {
      await app.register(async (scope) => {
        await scope.register(parley, options(prefix));
        expect(scope.parley).toBeDefined();
      });
    });
    await Promise.all(scopes);
    expect((await app.inject('/one/health')).statusCode).toBe(200);
    expect((await app.inject('/two/health')).statusCode).toBe(200);
    expect(app.hasDecorator('parley')).toBe(false);
    await app.close();
  });
});
