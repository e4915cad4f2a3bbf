import type { DownFrame } from '@parley/protocol/wire';
import { ParleyError } from '@parley/protocol/wire';
import { describe, expect, it, vi } from 'vitest';
import { fakePlatform } from '../testing/fake-platform.js';
import { Connection } from './connection.js';
import type { GetToken } from './get-token.js';

function open(getToken: GetToken = () => 'token-1') {
  const platform = fakePlatform();
  const frames: DownFrame[] = [];
  const connection = new Connection({
    url: 'http://chat.test/base',
    getToken,
    clientName: 'test/1',
    platform,
    resume: () => undefined,
    onFrame: (frame) => void frames.push(frame),
  });
  const socket = () => {
    const last = platform.sockets.at(-1);
    if (last === undefined) throw new Error('no socket was opened');
    return last;
  };
  const say = (frame: object) => socket().handlers.received(JSON.stringify(frame));
  const greet = async () => {
    await platform.settle();
    socket().handlers.opened();
    say({ type: 'welcome', userId: 'u', epoch: 'e', since: 's', heartbeatMs: 15_000 });
  };
  return {
    platform,
    connection,
    frames,
    socket,
    say,
    greet,
    status: () => connection.state.getSnapshot().status,
  };
}

describe('a connection', () => {
  it('opens the socket of the server and says hello with the token', async () => {
    const { connection, socket, greet, status } = open();
    connection.connect();
    connection.connect();
    await greet();
    expect(socket().url).toBe('ws://chat.test/base/v1/socket');
    expect(socket().sent).toEqual([{ type: 'hello', protocol: 1, token: 'token-1', client: 'test/1' }]);
    expect(status()).toBe('online');
  });

  it('answers pings and passes over frames it does not know', async () => {
    const { connection, frames, socket, say, greet } = open();
    connection.connect();
    await greet();
    say({ type: 'ping' });
    say({ type: 'of-next-year' });
    socket().handlers.received('{');
    expect(socket().sent.at(-1)).toEqual({ type: 'pong' });
    expect(frames.map(({ type }) => type)).toEqual(['welcome']);
  });

  it('counts as lost after two heartbeats without a frame, and not before', async () => {
    const { connection, platform, socket, say, greet, status } = open();
    connection.connect();
    await greet();
    await platform.advance(20_000);
    say({ type: 'ping' });
    await platform.advance(29_000);
    expect(status()).toBe('online');
    const first = socket();
    await platform.advance(1_001);
    expect(status()).toBe('reconnecting');
    expect(first.isClosed).toBe(true);
  });

  it('hears nothing of a socket it gave up', async () => {
    const { connection, platform, socket, say, greet, frames, status } = open();
    connection.connect();
    await greet();
    const old = socket();
    old.handlers.closed(1006, '');
    await platform.advance(20_000);
    await greet();
    old.handlers.received(JSON.stringify({ type: 'event', event: {} }));
    old.handlers.closed(4503, '');
    say({ type: 'event', event: {} });
    expect(frames.map(({ type }) => type)).toEqual(['welcome', 'welcome', 'event']);
    expect(status()).toBe('online');
  });

  it('waits as long as the reason of the close says', async () => {
    const { connection, platform, socket, greet } = open();
    connection.connect();
    await greet();
    socket().handlers.closed(4000, '{"retryAfterMs":7000}');
    expect(connection.state.getSnapshot()).toMatchObject({ retryAt: platform.now() + 7500 });
  });

  it('gives up a server that does not welcome it in fifteen seconds', async () => {
    const { connection, platform, status } = open();
    connection.connect();
    await platform.advance(15_001);
    expect(status()).toBe('reconnecting');
  });

  it('asks for another token when one is refused, and ends with the reason when that is refused too', async () => {
    const getToken = vi.fn<GetToken>(({ rejectedToken }) => (rejectedToken === undefined ? 'old' : 'new'));
    const { connection, platform, socket, say, status } = open(getToken);
    connection.connect();
    for (let attempt = 0; attempt < 2; attempt += 1) {
      await platform.settle();
      socket().handlers.opened();
      say({
        type: 'error',
        error: { code: 'token_expired', message: 'x', retryable: false, requestId: 'r' },
      });
      socket().handlers.closed(4501, '');
    }
    expect(getToken.mock.calls).toEqual([[{}], [{ rejectedToken: 'old' }]]);
    expect(connection.state.getSnapshot()).toMatchObject({
      status: 'unauthorized',
      error: { code: 'token_expired' },
    });
    expect(status()).toBe('unauthorized');
  });

  it('is unauthorized when nobody is signed in, and tries again when a token cannot be had for other reasons', async () => {
    const signedOut = open(() => Promise.reject(new ParleyError('unauthenticated')));
    signedOut.connection.connect();
    await signedOut.platform.settle();
    expect(signedOut.status()).toBe('unauthorized');
    const cutOff = open(() => Promise.reject(new TypeError('fetch failed')));
    cutOff.connection.connect();
    await cutOff.platform.settle();
    expect(cutOff.status()).toBe('reconnecting');
  });

  it('renews a token it can read before it ends', async () => {
    const platform = fakePlatform();
    const jwt = (exp: number) => `h.${btoa(JSON.stringify({ exp }))}.s`;
    const tokens = [jwt(platform.now() / 1000 + 600), jwt(platform.now() / 1000 + 1200)];
    let given = 0;
    const { connection, platform: own, socket, say, greet } = open(() => tokens[given++] ?? tokens[1] ?? '');
    connection.connect();
    await greet();
    const beat = async (ms: number) => {
      for (let passed = 0; passed < ms; passed += 15_000) {
        say({ type: 'ping' });
        await own.advance(15_000);
      }
    };
    await beat(540_000);
    expect(socket().sent.filter(({ type }) => type === 'refresh')).toEqual([]);
    await beat(30_000);
    expect(socket().sent.filter(({ type }) => type === 'refresh')).toEqual([
      { type: 'refresh', token: tokens[1] },
    ]);
  });

  it('asks once a day, not all the time, about a token that is good for a year', async () => {
    const getToken = vi.fn<GetToken>(() => `h.${btoa(JSON.stringify({ exp: 40_000_000 }))}.s`);
    const { connection, platform, greet } = open(getToken);
    const delays: number[] = [];
    const after = platform.after;
    Object.assign(platform, {
      after: (ms: number, callback: () => void) => {
        delays.push(ms);
        return after(ms, callback);
      },
    });
    connection.connect();
    await greet();
    expect(Math.max(...delays)).toBe(86_400_000);
  });

  it('counts as lost, and tries again, when the browser refuses the address', async () => {
    const { connection, platform, status } = open();
    Object.assign(platform, {
      openSocket: () => {
        throw new DOMException('insecure', 'SecurityError');
      },
    });
    connection.connect();
    await platform.settle();
    expect(status()).toBe('reconnecting');
  });

  it('is over after close(), whatever comes then', async () => {
    const { connection, platform, socket, greet, status } = open();
    connection.connect();
    await greet();
    connection.close();
    platform.nudge('visible');
    connection.connect();
    expect(status()).toBe('closed');
    expect(socket().isClosed).toBe(true);
    expect(connection.send({ type: 'pong' })).toBe(false);
  });
});
