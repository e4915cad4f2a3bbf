/** The host's hooks in a server as a host mounts it: over REST, sockets and in process, on both engines. */
import type { AddressInfo } from 'node:net';
import {
  type ChatEvent,
  type ConversationId,
  type DownFrame,
  ParleyError,
  protocolVersion,
} from '@parley/protocol';
import type { FastifyInstance } from 'fastify';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { systemClock } from '../../lib/clock.js';
import { createServer } from '../../server.js';
import { expectCode } from '../../testing/expect-code.js';
import { newConversationId, newMessageId, newUserId } from '../../testing/seed.js';
import { createTestDatabase, type TestDatabase } from '../../testing/test-database.js';
import { testSecret } from '../../testing/test-secret.js';
import type { AnyHookCommand, Hooks } from './hooks.js';

const hookTimeoutMs = 1987;
const soon = { timeout: 10_000, interval: 20 };

describe.each(['embedded', 'postgres'])('the hooks of a host (%s)', (engine) => {
  let database: TestDatabase | undefined;
  let app: FastifyInstance;
  let ann: { readonly id: string; readonly token: string };
  let conversationId: ConversationId;
  /** What the test at hand hooks in. */
  let before: (command: AnyHookCommand) => unknown;
  let authorise: NonNullable<Hooks['authorise']>;
  const committed: ChatEvent[] = [];
  /** Runs out of the time of every hook that is waited for. */
  const runOut = new Set<() => void>();

  beforeAll(async () => {
    database = engine === 'postgres' ? await createTestDatabase() : undefined;
    app = await createServer({
      secret: testSecret,
      ...(database === undefined ? { dataDirectory: 'memory' } : { databaseUrl: database.url }),
      logLevel: 'silent',
      limits: false,
      drainMs: 0,
      hookTimeoutMs,
      hooks: {
        // The test at hand answers for what it returns.
        beforeCommand: (command) => before(command) as undefined,
        authorise: (call) => authorise(call),
        afterCommit: (events) => void committed.push(...events),
      },
      clock: {
        ...systemClock,
        after: (ms, callback) => {
          if (ms !== hookTimeoutMs) return systemClock.after(ms, callback);
          runOut.add(callback);
          return () => runOut.delete(callback);
        },
      },
    });
    await app.listen({ port: 0, host: '127.0.0.1' });
  });
  afterAll(async () => {
    await app?.close();
    await database?.drop();
  });

  beforeEach(async () => {
    before = () => undefined;
    authorise = () => true;
    const { user, accessToken } = await app.parley
      .as(newUserId())
      .register({ username: `u-${newUserId().slice(0, 13)}`, password: 'long enough for anybody' });
    ann = { id: user.id, token: accessToken };
    conversationId = newConversationId();
    await app.parley
      .as(ann.id)
      .createConversation({ type: 'group', id: conversationId, name: 'Test', memberIds: [] });
  });
  afterEach(() => expect(runOut.size).toBe(0));

  const send = (content: string, id: string = newMessageId()) =>
    app.parley.as(ann.id).sendMessage({ conversationId, id, content });
  const post = (content: string) =>
    app.inject({
      method: 'POST',
      url: `/v1/conversations/${conversationId}/messages`,
      headers: { authorization: `Bearer ${ann.token}` },
      payload: { id: newMessageId(), content },
    });
  const stored = async () =>
    (await app.parley.as(ann.id).listMessages({ conversationId })).items.map(({ content }) => content);
  const log = async () => {
    const page = await app.parley.as(ann.id).listChanges({ conversationId, since: 0, mode: 'log' });
    return page.mode === 'log' ? page.items.map(({ kind, seq }) => [kind, seq]) : [];
  };

  it('store what beforeCommand made of a message, on every road', async () => {
    before = ({ operation, input }) => {
      if (operation === 'sendMessage') return Promise.resolve({ ...input, content: `[${input.content}]` });
      if (operation === 'sendMessages')
        return { ...input, messages: input.messages.map((one) => ({ ...one, content: `(${one.content})` })) };
      return undefined;
    };
    await send('in process');
    expect((await post('REST')).statusCode).toBe(201);
    const bulk = [{ id: newMessageId(), content: 'bulk' }];
    await app.parley.as(ann.id).sendMessages({ conversationId, messages: bulk });
    const input = { conversationId, id: newMessageId(), content: 'batch' };
    await app.parley.as(ann.id).runBatch({ operations: [{ operation: 'sendMessage', input }] });
    await app.parley.transaction(async (tx) => {
      await tx.as(ann.id).sendMessage({ conversationId, id: newMessageId(), content: 'transaction' });
    });
    await vi.waitFor(
      async () =>
        expect(await stored()).toEqual(['[in process]', '[REST]', '(bulk)', '[batch]', '[transaction]']),
      soon,
    );
  });

  it('refuse with an error of the table and leave nothing behind', async () => {
    before = () => Promise.reject(new ParleyError('forbidden', { message: 'No cards here.' }));
    await expectCode('forbidden', () => send('4111'));
    expect((await post('4111')).json()).toMatchObject({
      error: { code: 'forbidden', message: 'No cards here.' },
    });
    before = () => undefined;
    expect([await stored(), await log()]).toEqual([[], [['conversation.created', 1]]]);
  });

  it('that fail or take too long refuse for now; the same message is sent later, once', async () => {
    const id = newMessageId();
    before = () => {
      throw new Error('no way to the filter');
    };
    await expectCode('unavailable', () => send('hello', id));
    before = () => new Promise(() => {});
    const slow = expectCode('unavailable', () => send('hello', id));
    await vi.waitFor(() => expect(runOut.size).toBe(1), soon);
    for (const callback of [...runOut]) callback();
    expect((await slow).retryable).toBe(true);
    runOut.clear();
    const asked = vi.fn();
    before = () => asked();
    const first = await send('hello', id);
    expect(await send('hello', id)).toEqual(first);
    // A repeat is asked about again.
    expect([await stored(), asked.mock.calls.length]).toEqual([['hello'], 2]);
  });

  it('may answer in any order: a conversation keeps the order in which commands came', async () => {
    const waiting: (() => void)[] = [];
    before = ({ operation, input }) =>
      operation === 'sendMessage' && input.content.startsWith('slow')
        ? new Promise<void>((resolve) => void waiting.push(resolve))
        : undefined;
    const socket = await connect(app, ann.token);
    const all: Promise<unknown>[] = [send('slow 1'), send('2')];
    const bulk = ['3', '4'].map((content) => ({ id: newMessageId(), content }));
    all.push(app.parley.as(ann.id).sendMessages({ conversationId, messages: bulk }));
    all.push(app.parley.as(ann.id).updateConversation({ conversationId, name: 'Later' }));
    for (const content of ['slow 5', 'slow 6', '7'])
      socket.call('sendMessage', { conversationId, id: newMessageId(), content });
    await vi.waitFor(() => expect(waiting).toHaveLength(3), soon);
    const rest = post('8');
    expect(await stored()).toEqual([]);
    for (const resolve of waiting.reverse()) resolve();
    await Promise.all([...all, socket.answered(3)]);
    expect((await rest).statusCode).toBe(201);
    const said = await stored();
    expect(said.slice(0, 7)).toEqual(['slow 1', '2', '3', '4', 'slow 5', 'slow 6', '7']);
    // The name was changed where it came.
    expect((await log())[5]).toEqual(['conversation.updated', 6]);
    socket.close();
  });

  it('are told by afterCommit of everything that was committed, sent or changed', async () => {
    await Promise.all(['1', '2', '3'].map((content) => send(content)));
    await app.parley.as(ann.id).updateConversation({ conversationId, name: 'Other' });
    const heard = () =>
      committed
        .filter((event) => event.conversationId === conversationId)
        .map(({ kind, seq }) => [kind, seq]);
    await vi.waitFor(async () => expect(heard()).toEqual(await log()), soon);
    expect(heard()).toHaveLength(5);
  });

  it('narrow by authorise what somebody may read and do, and widen nothing', async () => {
    const headers = { authorization: `Bearer ${ann.token}` };
    const get = async (id: string) => {
      const reply = await app.inject({ url: `/v1/conversations/${id}/messages`, headers });
      const { requestId: _own, ...error } = reply.json().error ?? {};
      return [reply.statusCode, error];
    };
    authorise = ({ operation }) => (operation === 'listMessages' ? 'hidden' : operation !== 'sendMessage');
    await expectCode('forbidden', () => send('hello'));
    expect(await get(conversationId)).toEqual(await get(newConversationId()));
    authorise = async () => true;
    const stranger = app.parley.as(newUserId());
    await expectCode('not_found', () => stranger.listMessages({ conversationId }));
    await send('hello');
    expect(await stored()).toEqual(['hello']);
  });
});

/** A socket of somebody that calls without waiting. */
async function connect(app: FastifyInstance, token: string) {
  // A server that listens on a port has an address of this kind.
  const { port } = app.server.address() as AddressInfo;
  const socket = new WebSocket(`ws://127.0.0.1:${port}/v1/socket`);
  const frames: DownFrame[] = [];
  socket.on('message', (data) => frames.push(JSON.parse(String(data))));
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  socket.send(JSON.stringify({ type: 'hello', protocol: protocolVersion, token }));
  const count = (type: DownFrame['type']) => frames.filter((frame) => frame.type === type).length;
  await vi.waitFor(() => expect(count('welcome')).toBe(1), soon);
  let calls = 0;
  return {
    call: (operation: string, input: object) => {
      calls += 1;
      socket.send(JSON.stringify({ type: 'call', id: `c${calls}`, operation, input }));
    },
    answered: (expected: number) => vi.waitFor(() => expect(count('result')).toBe(expected), soon),
    close: () => socket.close(),
  };
}
