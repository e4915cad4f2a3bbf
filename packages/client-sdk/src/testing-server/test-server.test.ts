import { describe, expect, it } from 'vitest';
import { createClient } from '../client.js';
import { fakeClock } from '../testing/fake-clock.js';
import { fakePlatform } from '../testing/fake-platform.js';
import { ask, connect, seqsOf, signUp, welcomeOf } from '../testing/raw-client.js';
import { createTestServer } from './test-server.js';

const conversationId = '0193abcd-0000-7000-8000-00000000000c';

async function setUp() {
  const clock = fakeClock(Date.UTC(2026, 0, 1));
  const server = createTestServer({ ...clock });
  const { accessToken: token, refreshToken } = await signUp(server, 'ann');
  await ask(server, 'POST /v1/conversations', {
    token,
    body: { type: 'group', id: conversationId, memberIds: [] },
  });
  const say = (last: string) => {
    const body = { id: `0193abcd-0000-7000-8000-0000000000${last}`, content: last };
    return ask(server, `POST /v1/conversations/${conversationId}/messages`, { token, body });
  };
  return { clock, server, token, refreshToken, say };
}

describe('the test server', () => {
  it('serves a client of the SDK that was given nothing but its fetch and openSocket', async () => {
    const { clock, server, token } = await setUp();
    const { fetch, openSocket } = server;
    const platform = fakePlatform({ ...clock, fetch, openSocket });
    const client = createClient({ url: 'https://chat.test', getToken: () => token }, platform);
    const heard: string[] = [];
    client.on('message.created', ({ data }) => heard.push(data.content));
    client.connect();
    await clock.advance(100);
    const stored = client.messages.send({ conversationId, content: 'hello' });
    await clock.advance(100);
    await stored;
    expect([heard, platform.errors]).toEqual([['hello'], []]);
    client.close();
  });

  it('restarts as after a crash: sockets are cut, what is stored stays, and a resume tells what moved', async () => {
    const { clock, server, token, say } = await setUp();
    const first = connect(server, token);
    await clock.settle();
    const { epoch, since } = welcomeOf(first);
    server.restart();
    await clock.settle();
    expect([first.closed.code, server.countSockets()]).toEqual([1006, 0]);
    await say('a1');
    const again = connect(server, token, { epoch, since });
    await clock.settle();
    expect(again.frames[0]).toEqual({ type: 'heads', heads: [[conversationId, 2]] });
    expect(welcomeOf(again).epoch).toBe(epoch);
  });

  it('a restored backup is another history: a new epoch, the older state, and every head told again', async () => {
    const { clock, server, token, say } = await setUp();
    await say('a1');
    const backup = server.snapshot();
    await say('a2');
    const before = connect(server, token);
    await clock.settle();
    const { epoch, since } = welcomeOf(before);
    server.restoreBackup(backup);
    await clock.settle();
    expect(before.closed.code).toBe(1006);
    const after = connect(server, token, { epoch, since });
    await clock.settle();
    expect(after.frames[0]).toEqual({ type: 'heads', heads: [[conversationId, 2]] });
    expect(welcomeOf(after).epoch).not.toBe(epoch);
    // The id of the message that was lost is free again, and its place is the next one's.
    expect((await say('a2')).body).toMatchObject({ seq: 3 });
    await clock.settle();
    expect(seqsOf(after.frames)).toEqual([3]);
    const page = await ask(server, `GET /v1/conversations/${conversationId}/changes?since=9`, { token });
    expect(page.body).toEqual({ mode: 'reset', head: 3 });
  });

  it('a backup may be restored more than once: what happens later does not reach into it', async () => {
    const { server, token, say } = await setUp();
    const backup = server.snapshot();
    for (let round = 0; round < 2; round += 1) {
      expect((await say('a1')).body).toMatchObject({ seq: 2 });
      server.restoreBackup(backup);
    }
    const { body } = await ask(server, `GET /v1/conversations/${conversationId}`, { token });
    expect(body).toMatchObject({ lastSeq: 1, lastMessage: null });
  });

  it('ends tokens and refresh tokens by its own clock', async () => {
    const { clock, server, token, refreshToken } = await setUp();
    const refresh = () => ask(server, 'POST /v1/auth/refresh', { body: { refreshToken } });
    const socket = connect(server, token);
    await clock.settle();
    const first = await refresh();
    await clock.advance(19_999);
    expect((await refresh()).body).toMatchObject({ refreshToken: first.body?.['refreshToken'] });
    await clock.advance(1);
    expect((await refresh()).body).toMatchObject({ error: { code: 'refresh_reused' } });
    await clock.settle();
    expect(socket.closed.code).toBe(4503);
    expect((await ask(server, 'GET /v1/users/me', { token })).body).toMatchObject({
      error: { code: 'session_revoked' },
    });
    await clock.advance(600_000);
    expect((await ask(server, 'GET /v1/users/me', { token })).body).toMatchObject({
      error: { code: 'token_expired' },
    });
  });

  it('pings with the digest of what a socket should know, and gives up who is silent', async () => {
    const { clock, server, token } = await setUp();
    const client = connect(server, token);
    await clock.advance(15_000);
    expect(client.frames.at(-1)).toEqual({ type: 'ping', digest: expect.any(Number) });
    await clock.advance(30_000);
    expect([client.closed.code, server.countSockets()]).toEqual([1006, 0]);
  });

  it('a request that waits ends with what happens, with its time, and with a restart', async () => {
    const { clock, server, token, say } = await setUp();
    const first = (await ask(server, 'POST /v1/sync', { token, body: {} })).body;
    const wait = () =>
      ask(server, 'POST /v1/sync', {
        token,
        body: { epoch: first?.['epoch'], since: first?.['since'], waitMs: 5000 },
      });
    const untilTime = wait();
    await clock.advance(5000);
    expect((await untilTime).body).toMatchObject({ heads: [] });
    const untilMessage = wait();
    await clock.settle();
    await say('a1');
    expect((await untilMessage).body).toMatchObject({ heads: [[conversationId, 2]] });
    const body = { epoch: first?.['epoch'], since: 't9999', waitMs: 5000 };
    expect((await ask(server, 'POST /v1/sync', { token, body })).body).toMatchObject({
      heads: [[conversationId, 2]],
    });
    const untilRestart = ask(server, 'POST /v1/sync', {
      token,
      body: { ...body, since: (await wait()).body?.['since'] },
    });
    await clock.settle();
    server.restart();
    await expect(untilRestart).rejects.toThrow('restarted');
  });

  it('refuses what the injected rule refuses, and the same options give the same ids', async () => {
    const { ParleyError } = await import('@parley/protocol');
    const server = createTestServer({
      refuse: ({ operation }) =>
        operation === 'getMe' ? new ParleyError('rate_limited', { retryAfterMs: 1500 }) : undefined,
    });
    const session = await signUp(server, 'ann');
    expect(await ask(server, 'GET /v1/users/me', { token: session.accessToken })).toMatchObject({
      status: 429,
      body: { error: { code: 'rate_limited', retryable: true, retryAfterMs: 1500 } },
    });
    expect(await signUp(createTestServer(), 'ann')).toEqual(session);
  });
});
