/**
 * Inputs made to do harm, from the list of SECURITY. After all of it: not one answer was a 500, a bystander's socket is as open as before, and nothing
 * that was planted in passwords, addresses and words stands in the log.
 */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callAs, createGroup, newId, type Person, register } from '../support/people.js';
import { RawSocket } from '../support/raw-socket.js';
import { startServer, type TestServer } from '../support/start-server.js';
import { rawFrames } from './abuse/raw-frames.js';
import { exchange, statusesOf } from './abuse/raw-http.js';
import { type RawScene, rawRequests } from './abuse/rest-inputs.js';

const planted = `planted${randomBytes(8).toString('hex')}`;
let log = '';
let server: TestServer | undefined;
let scene: RawScene & { readonly person: Person; readonly bystander: RawSocket };
let failures = 0;

beforeAll(async () => {
  server = await startServer({
    engine: 'postgres',
    env: { PARLEY_LOG_LEVEL: 'debug' },
    onOutput: (text) => {
      log += text;
    },
  });
  const { url } = server;
  const person = await register(url, 'abuser');
  const other = await register(url, 'bystander');
  const { id: conversationId } = await createGroup(url, person, [other]);
  const bystander = await RawSocket.enter(url, other.token);
  bystander.setOpen([conversationId]);
  scene = { token: person.token, conversationId, planted, person, bystander };
});

afterAll(async () => {
  await scene.bystander.close();
  await server?.stop();
});

const url = (): string => server?.url ?? '';

describe('requests that bend HTTP', () => {
  it.each(rawRequests)('$what gets an answer that is no 500', async ({ bytes, statuses }) => {
    const found = statusesOf(await exchange(url(), bytes(scene)));
    if (found.some((status) => status >= 500)) failures += 1;
    if (statuses.length > 0) expect(statuses).toContain(found[0]);
    expect(found.filter((status) => status >= 500)).toEqual([]);
  });
});

describe('frames that bend the WebSocket protocol', () => {
  it.each(rawFrames)('$what costs the socket it came on, with $code', async ({ bytes, code }) => {
    const socket = await RawSocket.enter(url(), scene.token);
    socket.sendBytes(bytes());
    expect((await socket.closed).code).toBe(code);
  });
});

describe('words that are none of the log', () => {
  it('are sent by every road there is', async () => {
    const { person, conversationId } = scene;
    const by = { url: url(), person };
    const { id } = await callAs(by, 'sendMessage', { conversationId, id: newId(), content: planted });
    await callAs(by, 'editMessage', { conversationId, messageId: id, content: `${planted} again` });
    await callAs(by, 'createConversation', {
      type: 'group',
      memberIds: [],
      name: planted,
      description: planted,
    });
    await callAs(by, 'searchUsers', { q: planted });
    const socket = await RawSocket.enter(url(), person.token);
    await socket.call('sendMessage', { conversationId, id: newId(), content: planted });
    socket.sendRaw(`{"type":"call","id":"x","operation":"${planted}"}`);
    socket.sendRaw(`{"type":"${planted}"}`);
    await socket.call('getMe');
    await socket.close();
  });

  it('are not in it, nor is a token or a password', async () => {
    const { person } = scene;
    expect(log).toContain('Parley is ready');
    for (const secret of [planted, person.token, person.refreshToken, person.password])
      expect(log.includes(secret), `the log holds ${secret.slice(0, 12)}...`).toBe(false);
  });
});

describe('after all that', () => {
  it('nobody else lost anything', async () => {
    expect(failures).toBe(0);
    expect(scene.bystander.isOpen).toBe(true);
    const { person, conversationId } = scene;
    const { seq } = await callAs({ url: url(), person }, 'sendMessage', {
      conversationId,
      id: newId(),
      content: 'still here',
    });
    await scene.bystander.next((each) => each.type === 'event' && each.event.seq === seq);
    const metrics = await (await fetch(`${url()}/metrics`)).text();
    expect(metrics).toMatch(/^parley_internal_errors_total 0$/m);
  });
});
