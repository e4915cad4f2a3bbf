/** The doors of a server that trusts another issuer, or a function of its host: REST and socket, as clients see them. */
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { createServer } from '../server.js';
import { createForeignIssuer, type ForeignIssuer } from '../testing/foreign-issuer.js';
import { createTestDatabase, type TestDatabase } from '../testing/test-database.js';
import { testSecret as secret } from '../testing/test-secret.js';

const serverKey = 'psk_a-key-of-tests-that-is-long-enough';
const serverKeys = [{ name: 'backend', secret: serverKey.slice(4) }];

/** The first frame that answers a hello, or the code of the close before one. */
function greet(url: string, token: string): Promise<{ type: string; code?: number }> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url);
    const frames: { type: string }[] = [];
    socket.on('open', () => socket.send(JSON.stringify({ type: 'hello', protocol: 1, token })));
    socket.on('message', (data) => {
      const frame = JSON.parse(data.toString());
      frames.push(frame);
      if (frame.type === 'welcome') socket.close();
    });
    socket.on('close', (code) => {
      const welcome = frames.find(({ type }) => type === 'welcome');
      resolve(welcome ?? { type: 'closed', code });
    });
    socket.on('error', reject);
  });
}

describe('a server that trusts another issuer', () => {
  let database: TestDatabase;
  let issuer: ForeignIssuer;
  let app: FastifyInstance;
  let url: string;

  beforeAll(async () => {
    database = await createTestDatabase();
    issuer = await createForeignIssuer(Date.now);
    app = await createServer({
      secret,
      databaseUrl: database.url,
      serverKeys,
      drainMs: 0,
      logLevel: 'silent',
      auth: {
        type: 'jwt',
        algorithm: 'RS256',
        key: { publicKey: issuer.publicKey },
        issuer: issuer.issuer,
        audience: issuer.audience,
      },
    });
    await app.listen({ port: 0 });
    // A server that listens on a port has such an address.
    url = `ws://127.0.0.1:${(app.server.address() as AddressInfo).port}/v1/socket`;
  });
  afterAll(async () => {
    await app?.close();
    await database?.drop();
  });
  const me = (headers: Record<string, string>) => app.inject({ url: '/v1/users/me', headers });
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

  it('knows its people over REST and socket, however many come first at once', async () => {
    const token = await issuer.sign({ claims: { sub: 'ada', preferred_username: 'ada', name: 'Ada' } });
    const replies = await Promise.all([
      greet(url, token),
      greet(url, token),
      me(bearer(token)).then((reply) => reply.json()),
    ]);
    const [one, two, own] = replies;
    expect(own).toMatchObject({ username: 'ada', displayName: 'Ada' });
    expect([one, two]).toEqual([
      expect.objectContaining({ type: 'welcome', userId: own.id }),
      expect.objectContaining({ type: 'welcome', userId: own.id }),
    ]);
  });

  it('has no accounts of its own: what belongs to them is not there', async () => {
    for (const path of ['register', 'login', 'refresh', 'logout']) {
      const reply = await app.inject({ method: 'POST', url: `/v1/auth/${path}`, payload: {} });
      expect([reply.statusCode, reply.json().error.code]).toEqual([404, 'not_found']);
    }
    await expect(
      app.parley.as(crypto.randomUUID()).login({ login: 'ada', password: 'x' }),
    ).rejects.toMatchObject({
      code: 'unknown_operation',
    });
    expect((await app.inject('/v1/openapi.json')).json().paths).not.toHaveProperty('/v1/auth/login');
  });

  it('lets nobody in with a bad token, on either road', async () => {
    const other = await createForeignIssuer(Date.now, 'other');
    for (const token of [await other.sign(), await issuer.sign({ claims: { aud: 'shop' } }), serverKey]) {
      expect(await greet(url, token)).toEqual({ type: 'closed', code: 4501 });
      if (token !== serverKey)
        expect((await me(bearer(token))).json()).toMatchObject({ error: { code: 'token_invalid' } });
    }
    expect((await me(bearer(await issuer.sign({ claims: { exp: 1 } })))).json().error.code).toBe(
      'token_expired',
    );
  });

  it('is called by server keys as anybody or as itself', async () => {
    const userId = crypto.randomUUID();
    const headers = bearer(serverKey);
    const put = (payload: object, by: Record<string, string> = headers) =>
      app.inject({ method: 'PUT', url: `/v1/users/${userId}`, headers: by, payload });
    expect((await me({ ...headers, 'parley-user': userId })).statusCode).toBe(404);
    expect((await put({ displayName: 'Bo' })).json()).toMatchObject({ id: userId, displayName: 'Bo' });
    expect((await me({ ...headers, 'parley-user': userId })).json()).toMatchObject({ id: userId });
    expect((await me(headers)).json().error.code).toBe('forbidden');
    expect((await me(bearer(`${serverKey}x`))).json().error.code).toBe('token_invalid');
    const token = await issuer.sign({ claims: { sub: userId } });
    expect((await me(bearer(token))).json()).toMatchObject({ id: userId, displayName: 'Bo' });
    expect((await put({ displayName: 'Mine' }, bearer(token))).json().error.code).toBe('forbidden');
    expect((await put({ displayName: 'Bo', isDisabled: true })).statusCode).toBe(200);
    expect((await me(bearer(token))).json().error.code).toBe('session_revoked');
    expect((await me({ ...headers, 'parley-user': userId })).json().error.code).toBe('session_revoked');
    expect(await greet(url, token)).toEqual({ type: 'closed', code: 4503 });
  });
});

describe('a server whose host judges tokens', () => {
  it('asks the function, and takes its word', async () => {
    const app = await createServer({
      secret,
      dataDirectory: 'memory',
      logLevel: 'silent',
      auth: {
        type: 'custom',
        authenticate: async (token) =>
          token === 'of-ada' ? { userId: 'ada', displayName: 'Ada' } : undefined,
      },
    });
    const ask = async (token: string) =>
      (await app.inject({ url: '/v1/users/me', headers: { authorization: `Bearer ${token}` } })).json();
    expect(await ask('of-ada')).toMatchObject({ displayName: 'Ada' });
    expect(await ask('of-bo')).toMatchObject({ error: { code: 'token_invalid' } });
    await app.close();
  });
});

it('options that leave out what must be there do not compile', () => {
  const key = { secret } as const;
  const asksForAll = (): readonly unknown[] => [
    // @ts-expect-error no issuer
    createServer({ secret, auth: { type: 'jwt', algorithm: 'HS256', key, audience: 'chat' } }),
    // @ts-expect-error no audience
    createServer({ secret, auth: { type: 'jwt', algorithm: 'HS256', key, issuer: 'me' } }),
    // @ts-expect-error a secret with a public key's algorithm
    createServer({ secret, auth: { type: 'jwt', algorithm: 'RS256', key, issuer: 'me', audience: 'chat' } }),
  ];
  expect(asksForAll).toBeTypeOf('function');
});
