/** The limits as users meet them: over REST and the socket, in a server with its defaults. */
import type { AddressInfo } from 'node:net';
import { type ConversationId, type DownFrame, protocolVersion, type Session } from '@parley/protocol';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { systemClock } from '../lib/clock.js';
import { createServer } from '../server.js';
import { newConversationId, newMessageId } from '../testing/seed.js';
import { testSecret } from '../testing/test-secret.js';

type App = Awaited<ReturnType<typeof createServer>>;

let app: App;
let ann: Session;
let conversationId: ConversationId;

/** Everybody registers from an address of their own. */
let people = 0;
const now = Date.now();
const key = 'the key of an app that is long enough'.replaceAll(' ', '-');

// One server for all: making a database takes seconds.
beforeAll(async () => {
  app = await createServer({
    secret: testSecret,
    dataDirectory: 'memory',
    logLevel: 'silent',
    serverKeys: [{ name: 'app', secret: key }],
    // It stands still, however slow the machine is: nothing comes in again meanwhile.
    clock: { ...systemClock, now: () => now },
  });
});

afterAll(() => app.close());

beforeEach(async () => {
  people += 1;
  ann = (await post('/auth/register', { username: `ann${people}`, password })).json<Session>();
  conversationId = newConversationId();
  await post(
    '/conversations',
    { type: 'group', id: conversationId, name: 'Test', memberIds: [] },
    { by: ann },
  );
});

const home = (): string => `192.0.2.${people}`;
const password = 'a password that is long';

interface Posting {
  readonly by?: Session;
  /** @default where everybody of the test is */
  readonly from?: string;
}

function post(path: string, payload: object, { by, from = home() }: Posting = {}) {
  const headers = by === undefined ? {} : { authorization: `Bearer ${by.accessToken}` };
  return app.inject({ method: 'POST', url: `/v1${path}`, payload, headers, remoteAddress: from });
}

const send = () =>
  post(`/conversations/${conversationId}/messages`, { id: newMessageId(), content: 'hello' }, { by: ann });

async function openSocket() {
  await app.listen({ port: 0, host: '127.0.0.1' });
  // A server that listens on a port has an address of this kind.
  const { port } = app.server.address() as AddressInfo;
  const socket = new WebSocket(`ws://127.0.0.1:${port}/v1/socket`, { perMessageDeflate: false });
  const frames: DownFrame[] = [];
  let arrived = () => {};
  socket.on('message', (data) => {
    frames.push(JSON.parse(String(data)));
    arrived();
  });
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  socket.send(JSON.stringify({ type: 'hello', protocol: protocolVersion, token: ann.accessToken }));
  const until = async (isThere: () => boolean): Promise<void> => {
    while (!isThere())
      await new Promise<void>((resolve) => {
        arrived = resolve;
      });
  };
  await until(() => frames.some(({ type }) => type === 'welcome'));
  return { socket, frames, until };
}

describe('over REST', () => {
  it('messages are refused after twenty at once, with status, body and headers that say when to come back', async () => {
    const answers = await Promise.all(Array.from({ length: 21 }, send));
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([...Array(20).fill(201), 429]);
    const refused = answers.find(({ statusCode }) => statusCode === 429);
    const { error } = refused?.json() ?? {};
    expect(error).toMatchObject({ code: 'rate_limited', retryable: true, retryAfterMs: 200 });
    expect(refused?.headers).toMatchObject({
      'retry-after': '1',
      'ratelimit-policy': '"send";q=5;w=1',
      ratelimit: '"send";r=0;t=1',
    });
    const { body } = await app.inject('/metrics');
    expect(body).toMatch(/^parley_rate_limited_total\{rule="send"\} [1-9]/m);
  });

  it('answers say what is left of all requests', async () => {
    const { headers } = await send();
    expect(headers['ratelimit-policy']).toBe('"rest";q=300;w=60');
    // She made a conversation before.
    expect(headers['ratelimit']).toBe('"rest";r=58;t=1');
  });

  it('passwords are guessed five times, and tokens sixty times', async () => {
    const logIn = (guess: string) => post('/auth/login', { login: `ann${people}`, password: guess });
    for (let index = 0; index < 5; index += 1) expect((await logIn('not her password')).statusCode).toBe(401);
    const refused = await logIn(password);
    expect([refused.statusCode, refused.headers['ratelimit-policy']]).toEqual([
      429,
      '"loginFailures";q=5;w=900',
    ]);
    const guess = () =>
      post('/conversations', {}, { by: { ...ann, accessToken: 'guess' }, from: '203.0.113.7' });
    const codes = (await Promise.all(Array.from({ length: 70 }, guess))).map(({ statusCode }) => statusCode);
    expect(codes.sort()).toEqual([...Array(60).fill(401), ...Array(10).fill(429)]);
  });

  it('five accounts an hour are made from one /64', async () => {
    const register = (index: number, address: string) =>
      post('/auth/register', { username: `user${index}`, password }, { from: address });
    for (let index = 0; index < 5; index += 1)
      expect((await register(index, `2001:db8::${index + 1}`)).statusCode).toBe(201);
    expect((await register(5, '2001:db8::ffff')).statusCode).toBe(429);
    expect((await register(6, '2001:db8:0:1::1')).statusCode).toBe(201);
  });
});

it('over the socket a message too many gets an error with the time, and the socket stays', async () => {
  const { socket, frames, until } = await openSocket();
  const call = (index: number) => {
    const input = { conversationId, id: newMessageId(), content: 'hello' };
    socket.send(JSON.stringify({ type: 'call', id: `${index}`, operation: 'sendMessage', input }));
  };
  for (let index = 0; index < 25; index += 1) call(index);
  const answers = () => frames.filter(({ type }) => type === 'result' || type === 'error');
  await until(() => answers().length === 25);
  const refused = answers().flatMap((frame) => (frame.type === 'error' ? [frame.error] : []));
  expect(refused).toHaveLength(5);
  for (const { code, retryAfterMs } of refused) {
    expect(code).toBe('rate_limited');
    expect(retryAfterMs).toBeGreaterThan(0);
  }
  expect(socket.readyState).toBe(WebSocket.OPEN);
  socket.terminate();
});

it('calls in process are not counted', async () => {
  const calls = app.parley.as(ann.user.id);
  for (let index = 0; index < 100; index += 1)
    await calls.sendMessage({ conversationId, id: newMessageId(), content: 'hello' });
});

it('requests with a server key are not counted, whomever it acts as', async () => {
  const headers = { authorization: `Bearer psk_${key}`, 'parley-user': ann.user.id };
  const url = `/v1/conversations/${conversationId}/messages`;
  for (let index = 0; index < 100; index += 1) {
    const payload = { id: newMessageId(), content: 'hello' };
    const answer = await app.inject({ method: 'POST', url, payload, headers });
    expect([answer.statusCode, answer.headers['ratelimit']]).toEqual([201, undefined]);
  }
});
