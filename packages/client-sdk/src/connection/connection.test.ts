import type { ConversationId, DownFrame } from '@parley/protocol/wire';
import { ParleyError } from '@parley/protocol/wire';
import { describe, expect, it, vi } from 'vitest';
import { fakePlatform } from '../testing/fake-platform.js';
import { Connection } from './connection.js';
import type { GetToken } from './get-token.js';

function open(getToken: GetToken = () => 'token-1', platform = fakePlatform()) {
  const frames: DownFrame[] = [];
  const digests: number[] = [];
  const welcomes: string[] = [];
  const lost: string[] = [];
  const connection = new Connection({
    url: 'http://chat.test/base',
    getToken,
    clientName: 'test/1',
    platform,
    resume: () => undefined,
    onWelcome: (frame, heads, isBeside) => {
      frames.push({ type: 'heads', heads }, frame);
      welcomes.push(isBeside ? 'beside' : 'alone');
    },
    onFrame: (frame) => void frames.push(frame),
    onDigest: (digest) => void digests.push(digest),
    onCallsLost: (ids) => void lost.push(...ids),
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
    digests,
    welcomes,
    lost,
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
    expect(frames.map(({ type }) => type)).toEqual(['heads', 'welcome']);
  });

  it('notices silence also where the clock of the device was set back meanwhile', async () => {
    const clock = fakePlatform();
    let offMs = 0;
    const { connection, greet, status } = open(undefined, { ...clock, now: () => clock.now() + offMs });
    connection.connect();
    await greet();
    offMs = -86_400_000;
    await clock.advance(56_001);
    expect(status()).toBe('reconnecting');
  });

  it('counts as lost after 28 seconds without a frame, and not before', async () => {
    const { connection, platform, socket, say, greet, status } = open();
    connection.connect();
    await greet();
    await platform.advance(20_000);
    say({ type: 'ping' });
    await platform.advance(27_999);
    expect(status()).toBe('online');
    const first = socket();
    await platform.advance(1);
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
    expect(frames.map(({ type }) => type)).toEqual(['heads', 'welcome', 'heads', 'welcome', 'event']);
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

  it('hands on the heads before the welcome with it, later ones as they come, and the digest of a ping', async () => {
    const { platform, connection, frames, digests, socket, say } = open();
    connection.connect();
    await platform.settle();
    socket().handlers.opened();
    say({ type: 'heads', heads: [['a', 1]] });
    say({ type: 'heads', heads: [['b', 2]] });
    expect(frames).toEqual([]);
    say({ type: 'welcome', userId: 'u', heartbeatMs: 15_000 });
    expect(frames[0]).toEqual({
      type: 'heads',
      heads: [
        ['a', 1],
        ['b', 2],
      ],
    });
    say({ type: 'heads', heads: [['a', 7]] });
    expect(frames.at(-1)).toEqual({ type: 'heads', heads: [['a', 7]] });
    say({ type: 'ping', digest: 5 });
    expect(digests).toEqual([5]);
    expect(socket().sent.at(-1)).toEqual({ type: 'pong' });
  });

  it('tells what is open now, after every welcome, and no more than the server takes', async () => {
    const { platform, connection, socket, greet } = open();
    const ids = Array.from({ length: 501 }, (_, index) => String(index) as ConversationId);
    connection.setOpen(['a' as ConversationId]);
    connection.connect();
    await greet();
    expect(socket().sent.at(-1)).toEqual({ type: 'open', conversationIds: ['a'] });
    connection.setOpen(ids);
    expect(socket().sent.at(-1)).toEqual({ type: 'open', conversationIds: ids.slice(0, 500) });
    socket().handlers.closed(1006, '');
    await platform.advance(20_000);
    await greet();
    expect(socket().sent.map(({ type }) => type)).toEqual(['hello', 'open']);
  });
});

describe('a connection that is asked to move', () => {
  const call = (id: string) => ({ type: 'call', id, operation: 'sendMessage' }) as const;

  async function moving() {
    const opened = open();
    opened.connection.connect();
    await opened.greet();
    const old = opened.socket();
    const tell = (frame: object) => old.handlers.received(JSON.stringify(frame));
    tell({ type: 'going_away', withinMs: 10_000 });
    return { ...opened, old, tell };
  }

  it('opens another socket at a moment of its own, and uses the one it has until that is welcome', async () => {
    const { platform, connection, old, socket, greet, status } = await moving();
    await platform.advance(4_999);
    expect(platform.sockets).toHaveLength(1);
    await platform.advance(1);
    expect(platform.sockets).toHaveLength(2);
    connection.send(call('1'));
    expect(old.sent.at(-1)).toEqual(call('1'));
    await greet();
    connection.send(call('2'));
    expect(socket().sent.at(-1)).toEqual(call('2'));
    expect([status(), old.isClosed]).toEqual(['online', false]);
  });

  it('lets go of the old socket when its calls are answered, and hears its frames until then', async () => {
    const { platform, connection, old, tell, greet, frames, lost } = await moving();
    connection.send(call('1'));
    await platform.advance(5_000);
    await greet();
    tell({ type: 'event', event: { seq: 3 } });
    expect(old.isClosed).toBe(false);
    tell({ type: 'result', id: '1', result: null });
    expect(old.isClosed).toBe(true);
    expect(frames.slice(-2).map(({ type }) => type)).toEqual(['event', 'result']);
    expect(lost).toEqual([]);
  });

  it('lets go of it at once when nothing hangs on it', async () => {
    const { platform, old, greet, status, welcomes } = await moving();
    await platform.advance(5_000);
    await greet();
    expect([old.isClosed, status()]).toEqual([true, 'online']);
    expect(welcomes).toEqual(['alone', 'beside']);
  });

  it('gives back the calls the old socket did not answer before it closed, and only those', async () => {
    const { platform, connection, old, greet, lost, status } = await moving();
    connection.send(call('1'));
    await platform.advance(5_000);
    await greet();
    connection.send(call('2'));
    old.handlers.closed(4000, '');
    expect([lost, status()]).toEqual([['1'], 'online']);
  });

  it('tries again while there is time when the other socket is not welcome, then keeps what it has until it closes', async () => {
    const { platform, connection, old, socket, status } = await moving();
    await platform.advance(5_000);
    socket().handlers.closed(4000, '{"retryAfterMs":1000}');
    await platform.advance(2_999);
    expect(platform.sockets).toHaveLength(2);
    await platform.advance(1);
    expect(platform.sockets).toHaveLength(3);
    old.handlers.received('{"type":"ping"}');
    await platform.advance(1_500);
    socket().handlers.closed(1006, '');
    await platform.advance(10_000);
    expect([platform.sockets.length, status(), old.isClosed]).toEqual([3, 'online', false]);
    expect(connection.send(call('1'))).toBe(true);
    old.handlers.closed(4000, '');
    expect(status()).toBe('reconnecting');
  });

  it('moves without a word of the server when it is told to renew, and compares no digest while two sockets bring events', async () => {
    const { platform, connection, digests, socket, greet } = open();
    connection.connect();
    await greet();
    const old = socket();
    connection.send(call('1'));
    connection.renew();
    await platform.advance(0);
    await greet();
    socket().handlers.received('{"type":"ping","digest":1}');
    old.handlers.received('{"type":"ping","digest":1}');
    expect(digests).toEqual([]);
    old.handlers.received('{"type":"result","id":"1"}');
    socket().handlers.received('{"type":"ping","digest":2}');
    expect([digests, old.isClosed]).toEqual([[2], true]);
  });

  it('drops both sockets with close()', async () => {
    const { platform, connection, old, socket } = await moving();
    await platform.advance(5_000);
    const next = socket();
    connection.close();
    expect([old.isClosed, next.isClosed, next === old]).toEqual([true, true, false]);
  });
});
