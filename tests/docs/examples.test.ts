/** The examples as an integrator gets them: our packed packages, the example's own files and the libraries it names, in a folder far from here. */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../services/free-port.mjs';
import { engines, openTestStore, type TestStore } from '../support/test-store.js';
import { type Folder, installPacked } from './packed.js';
import { type RunningExample, startExample } from './run-example.js';

const run = promisify(execFile);
const names = ['embed-fastify', 'bring-your-own-auth'] as const;
const source = (name: string): string => fileURLToPath(new URL(`../../examples/${name}`, import.meta.url));

/** Usually a fifth of a second; more on a busy machine. */
const patience = { timeout: 20_000, interval: 50 };

let folder: Folder;

beforeAll(async () => {
  folder = await installPacked(['protocol', 'client-sdk', 'server'], [...librariesOf(names)]);
  for (const name of names)
    for (const part of ['package.json', 'tsconfig.json', 'src'])
      cpSync(join(source(name), part), join(folder.path, name, part), { recursive: true });
});

afterAll(() => folder?.remove());

/** What the examples name beside packages of ours, with its version. */
function librariesOf(examples: readonly string[]): Set<string> {
  const libraries = examples.flatMap((name) => {
    const manifest = JSON.parse(readFileSync(join(source(name), 'package.json'), 'utf8'));
    return Object.entries({ ...manifest.dependencies, ...manifest.devDependencies });
  });
  return new Set(
    libraries.filter(([, range]) => range !== 'workspace:*').map(([name, range]) => `${name}@${range}`),
  );
}

describe('the examples', () => {
  it('type-check against the packed packages', async () => {
    const config = { extends: `./${names[0]}/tsconfig.json`, include: names.map((name) => `${name}/src`) };
    writeFileSync(join(folder.path, 'tsconfig.json'), JSON.stringify(config));
    const { stdout } = await run(join(folder.path, 'node_modules/.bin/tsc'), ['-p', folder.path]).catch(
      (error: { stdout: string }) => error,
    );
    expect(stdout).toBe('');
  });
});

describe.each(engines)('the shop of embed-fastify on %s', (engine) => {
  let store: TestStore;
  let shop: RunningExample;

  beforeAll(async () => {
    store = await openTestStore(engine);
    shop = await startExample({
      folder: join(folder.path, 'embed-fastify'),
      dataDir: store.dataDir,
      script: 'start',
      env: {
        SHOP_SELLER_PASSWORD: 'the seller of tests',
        ...(store.databaseUrl === undefined ? {} : { DATABASE_URL: store.databaseUrl }),
      },
    });
  });
  afterAll(async () => {
    await shop?.stop();
    await store?.close();
  });

  async function call(path: string, { token = '', body }: { token?: string; body?: object } = {}) {
    const response = await fetch(`${shop.url}${path}`, {
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
  }

  async function logIn(username: string, password: string): Promise<string> {
    return (await call('/login', { body: { username, password } })).body.token;
  }

  async function signUp(): Promise<string> {
    const username = `c-${randomUUID().slice(0, 8)}`;
    const body = { username, name: 'A customer', password: `password of ${username}` };
    expect(await call('/people', { body })).toMatchObject({ status: 201 });
    return logIn(username, body.password);
  }

  async function said(token: string, conversationId: string): Promise<string[]> {
    const { body } = await call(`/chat/v1/conversations/${conversationId}/messages`, { token });
    return body.items.map(({ content }: { content: string }) => content);
  }

  it('takes an order, and its first message is in the chat of its own people', async () => {
    const token = await signUp();
    const order = await call('/orders', { token, body: { product: 'tea', quantity: 2 } });
    expect(order).toMatchObject({ status: 201, body: { conversationId: expect.any(String) } });
    const { conversationId } = order.body;
    await expect.poll(() => said(token, conversationId), patience).toEqual(['I would like 2 × tea.']);
    const seller = await logIn('seller', 'the seller of tests');
    expect(await said(seller, conversationId)).toEqual(['I would like 2 × tea.']);
    const stranger = await signUp();
    expect(
      await call(`/chat/v1/conversations/${conversationId}/messages`, { token: stranger }),
    ).toMatchObject({
      status: 404,
    });
    expect((await call('/orders', { token })).body.items).toMatchObject([
      { conversationId, product: 'tea', quantity: 2, isShipped: false },
    ]);
  });

  it('leaves nothing of an order that its own transaction rolled back', async () => {
    const token = await signUp();
    const refused = await call('/orders', { token, body: { product: 'lamp', quantity: 2 } });
    expect(refused).toMatchObject({ status: 409, body: { error: 'not available' } });
    expect((await call('/orders', { token })).body.items).toEqual([]);
    // The refused one took no stock. Once this one's message is there, an earlier one would be too.
    const placed = await call('/orders', { token, body: { product: 'lamp', quantity: 1 } });
    await expect
      .poll(() => said(token, placed.body.conversationId), patience)
      .toEqual(['I would like 1 × lamp.']);
    expect(await said(token, refused.body.conversationId)).toEqual(['We do not have that many.']);
  });

  it('refuses who has no token of the shop', async () => {
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const now = Math.floor(Date.now() / 1000);
    const claims = { iss: 'https://shop.example', aud: 'shop', sub: randomUUID(), iat: now, exp: now + 600 };
    const unsigned = `${part({ alg: 'none' })}.${part(claims)}.`;
    const badlySigned = `${part({ alg: 'HS256' })}.${part(claims)}.${'A'.repeat(43)}`;
    for (const token of [unsigned, badlySigned, '']) {
      expect((await call('/chat/v1/users/me', { token })).status).toBe(401);
      expect((await call('/orders', { token })).status).toBe(401);
    }
    const register = { username: 'mallory', password: 'a password of mallory' };
    expect((await call('/chat/v1/auth/register', { body: register })).status).toBe(404);
  });

  it('tells the customer of what happens to the order, live, through the SDK under the prefix', async () => {
    const { createChatClient } = await importPackedSdk();
    const token = await signUp();
    const { conversationId } = (await call('/orders', { token, body: { product: 'tea', quantity: 1 } })).body;
    await expect.poll(() => said(token, conversationId), patience).toHaveLength(1);
    const client = createChatClient({ url: `${shop.url}/chat`, getToken: () => token });
    const heard: (string | null)[] = [];
    client.on('message.created', ({ data, isCatchUp }) => {
      if (!isCatchUp) heard.push(data.content);
    });
    client.connect();
    await expect.poll(() => client.connection.getSnapshot().status, patience).toBe('online');
    const seller = await logIn('seller', 'the seller of tests');
    expect((await call(`/orders/${conversationId}/ship`, { token, body: {} })).status).toBe(403);
    expect((await call(`/orders/${conversationId}/ship`, { token: seller, body: {} })).status).toBe(204);
    await expect.poll(() => heard, patience).toEqual(['It is on its way.']);
    await client.messages.send({
      conversationId,
      content: 'Thank you. Take 4111 1111 1111 1111, not 4111 1111 1111 1112.',
    });
    expect(await said(seller, conversationId)).toEqual([
      'I would like 1 × tea.',
      'It is on its way.',
      'Thank you. Take •••• •••• •••• 1111, not 4111 1111 1111 1112.',
    ]);
    client.close();
  });
});

describe('bring-your-own-auth', () => {
  let store: TestStore;
  beforeAll(async () => {
    store = await openTestStore('postgres');
  });
  afterAll(() => store?.close());

  it.each([
    ['start', 'issuer', ''],
    ['start:cookie', 'cookie', '/chat'],
  ])('with `npm run %s`: two people of the %s talk, and others are refused', async (script, way, prefix) => {
    const ports = { ISSUER_PORT: String(await freePort()) };
    const server = await startExample({
      folder: join(folder.path, 'bring-your-own-auth'),
      dataDir: store.dataDir,
      script,
      env: { ...ports, DATABASE_URL: store.databaseUrl ?? '' },
    });
    const refused = await fetch(`${server.url}${prefix}/v1/users/me`, {
      headers: { authorization: 'Bearer x' },
    });
    expect(refused.status).toBe(401);
    const { stdout } = await run(join(folder.path, 'node_modules/.bin/tsx'), ['src/talk.ts', way], {
      cwd: join(folder.path, 'bring-your-own-auth'),
      env: { ...process.env, ...ports, PORT: new URL(server.url).port },
    }).finally(server.stop);
    expect(stdout).toBe('ben heard: Hello Ben, no new password needed.\n');
  });
});

/** The SDK from the tarball, not from the sources that its name means here. */
async function importPackedSdk(): Promise<typeof import('@parley/client-sdk')> {
  return import(join(folder.path, 'node_modules/@parley/client-sdk/dist/node.js'));
}
