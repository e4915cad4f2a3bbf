/** The frame of a server that leaves, which no server the other cases share can be asked for. */
import { closeCodes } from '@parley/protocol/wire';
import { afterEach, describe, expect, it } from 'vitest';
import { callAs, createGroup, newId, register } from '../support/people.js';
import { RawSocket } from '../support/raw-socket.js';
import { startServer, type TestServer } from '../support/start-server.js';

const drainMs = 1500;
let server: TestServer | undefined;

afterEach(async () => {
  await server?.kill9();
  await server?.stop();
});

describe('a server that is asked to end', () => {
  it('tells its sockets in which time to move, serves them until then, sends newcomers away, and closes the rest', async () => {
    server = await startServer({ engine: 'postgres', env: { PARLEY_DRAIN_MS: String(drainMs) } });
    const { url, pid } = server;
    const person = await register(url);
    const { id: conversationId } = await createGroup(url, person, []);
    const socket = await RawSocket.enter(url, person.token);
    const isReadyBefore = (await fetch(`${url}/ready`)).status;
    process.kill(pid, 'SIGTERM');
    expect(await socket.next(({ type }) => type === 'going_away')).toEqual({
      type: 'going_away',
      withinMs: drainMs,
    });
    expect([isReadyBefore, (await fetch(`${url}/ready`)).status]).toEqual([200, 503]);
    const message = { conversationId, id: newId(), content: 'said while it leaves' };
    expect(await socket.call('sendMessage', message)).toMatchObject({ ok: true });
    expect(await callAs({ url, person }, 'getMe', {})).toMatchObject({ id: person.id });
    const late = await RawSocket.open(url);
    const sentAway = await late.closed;
    expect(sentAway.code).toBe(closeCodes.going_away.code);
    expect(JSON.parse(sentAway.reason)).toMatchObject({ retryAfterMs: expect.any(Number) });
    expect((await socket.closed).code).toBe(closeCodes.going_away.code);
  });
});
