import {
  type CloseName,
  closeCodes,
  type DownFrame,
  type ErrorCode,
  type ErrorFrame,
  limits,
} from '@parley/protocol/wire';
import { describe, expect, it } from 'vitest';
import { resultOf } from '../support/answer.js';
import { expireToken } from '../support/expired-token.js';
import { newId, register } from '../support/people.js';
import { RawSocket } from '../support/raw-socket.js';
import { expectCode } from './expect-error.js';
import type { World } from './world.js';

const hello = (token: string, more: object = {}) => ({ type: 'hello', protocol: 1, token, ...more });
const call = (more: object = {}) => ({ type: 'call', id: 'x', operation: 'getMe', ...more });

/** Frames that are answered with an error while the socket stays. Text is sent as it is. */
const badFrames: readonly { what: string; frame: string | object; code: ErrorCode; id?: string }[] = [
  { what: 'a second hello', frame: hello('again'), code: 'already_authenticated' },
  { what: 'text that is no JSON', frame: '{"type":', code: 'invalid_json' },
  { what: 'nothing at all', frame: '', code: 'invalid_json' },
  { what: 'a list', frame: [call()], code: 'invalid_frame' },
  { what: 'null', frame: 'null', code: 'invalid_frame' },
  { what: 'a number', frame: '7', code: 'invalid_frame' },
  { what: 'a frame without a type', frame: {}, code: 'invalid_frame' },
  { what: 'a type that is no text', frame: { type: 7 }, code: 'invalid_frame' },
  { what: 'an unknown type', frame: { type: 'shout', id: 'x' }, code: 'unknown_type', id: 'x' },
  { what: 'a frame of the server', frame: { type: 'welcome' }, code: 'unknown_type' },
  { what: 'deep nesting', frame: `${'['.repeat(20)}${']'.repeat(20)}`, code: 'too_deep' },
  {
    what: 'a prototype',
    frame: '{"type":"call","id":"x","operation":"getMe","__proto__":{}}',
    code: 'invalid_json',
  },
  { what: 'a call without an id', frame: { type: 'call', operation: 'getMe' }, code: 'invalid_frame' },
  { what: 'a call with a number as id', frame: call({ id: 7 }), code: 'invalid_frame' },
  { what: 'a call with an empty id', frame: call({ id: '' }), code: 'invalid_frame', id: '' },
  { what: 'a call with a long id', frame: call({ id: 'x'.repeat(65) }), code: 'invalid_frame' },
  { what: 'a call without an operation', frame: { type: 'call', id: 'x' }, code: 'invalid_frame', id: 'x' },
  { what: 'a call with an unknown field', frame: call({ mode: 1 }), code: 'invalid_frame', id: 'x' },
  {
    what: 'a call with an opId that is no UUID',
    frame: call({ opId: 'again' }),
    code: 'invalid_frame',
    id: 'x',
  },
  {
    what: 'a call of an unknown operation',
    frame: call({ operation: 'fly' }),
    code: 'unknown_operation',
    id: 'x',
  },
  {
    what: 'a call of what every object has',
    frame: call({ operation: 'constructor' }),
    code: 'unknown_operation',
    id: 'x',
  },
  { what: 'a refresh with a wrong token', frame: { type: 'refresh', token: 'abc' }, code: 'token_invalid' },
  { what: 'a refresh without a token', frame: { type: 'refresh' }, code: 'invalid_frame' },
];

/** First frames that end a socket, with the error that comes before the close, if one does. */
const badGreetings: readonly { what: string; frame: string | object; close: CloseName; code?: ErrorCode }[] =
  [
    { what: 'a call before hello', frame: call(), close: 'unauthorized' },
    { what: 'a refresh before hello', frame: { type: 'refresh', token: 'abc' }, close: 'unauthorized' },
    { what: 'text that is no JSON', frame: 'hello', close: 'unauthorized', code: 'invalid_json' },
    {
      what: 'a hello without a token',
      frame: { type: 'hello', protocol: 1 },
      close: 'unauthorized',
      code: 'invalid_frame',
    },
    { what: 'a garbage token', frame: hello('abc.def.ghi'), close: 'unauthorized', code: 'token_invalid' },
    { what: 'an empty token', frame: hello(''), close: 'unauthorized', code: 'token_invalid' },
    { what: 'a version to come', frame: hello('abc', { protocol: 2 }), close: 'unsupported_version' },
    { what: 'a version that never was', frame: hello('abc', { protocol: -1 }), close: 'unsupported_version' },
    {
      what: 'a hello above its limit',
      frame: hello('abc', { client: 'x'.repeat(limits.helloBytes) }),
      close: 'protocol',
    },
  ];

/** What the server does with every kind of frame, at every moment. */
export function describeFrames(world: () => World): void {
  const open = () => RawSocket.open(world().url);
  const enter = () => RawSocket.enter(world().url, world().member.token);

  it.each(badFrames)('$what gets $code, and the socket stays', async ({ frame, code, id }) => {
    const socket = await enter();
    socket.sendRaw(typeof frame === 'string' ? frame : JSON.stringify(frame));
    const answer = errorFrame(await socket.next());
    expectCode({ answer: { ok: false, error: answer.error } }, code);
    expect(answer.id).toBe(id);
    await expectAlive(socket);
    await socket.close();
  });

  it.each(badGreetings)('$what closes with $close', async ({ frame, close, code }) => {
    const socket = await open();
    socket.sendRaw(typeof frame === 'string' ? frame : JSON.stringify(frame));
    if (code !== undefined)
      expectCode({ answer: { ok: false, error: errorFrame(await socket.next()).error } }, code);
    await expectClosed(socket, close);
  });

  it('a binary frame closes with protocol, before hello and after it', async () => {
    for (const socket of [await open(), await enter()]) {
      socket.sendRaw(new TextEncoder().encode(JSON.stringify(call())));
      await expectClosed(socket, 'protocol');
    }
  });

  it('a frame above the limit, or text that is no UTF-8, closes with the code of the WebSocket protocol', async () => {
    const large = await enter();
    large.send(call({ input: { text: 'x'.repeat(limits.frameBytes) } }));
    expect((await large.closed).code).toBe(1009);
    const garbled = await enter();
    garbled.sendRaw(new Uint8Array([0x22, 0xff, 0xfe, 0x22]), { binary: false });
    expect((await garbled.closed).code).toBe(1007);
  });

  it('the token of a session that was logged out closes with session_revoked', async () => {
    const { token, refreshToken } = await register(world().url);
    resultOf(await (await world().socketOf(world().stranger)).call('logout', { refreshToken }));
    const socket = await open();
    socket.send(hello(token));
    expect(errorFrame(await socket.next()).error.code).toBe('session_revoked');
    await expectClosed(socket, 'session_revoked');
  });

  it('a token that has expired closes with unauthorized and says so, here and over REST', async (context) => {
    const { secret, member } = world();
    // Only whoever knows the server's secret can make such a token; a server found by its address keeps it.
    if (secret === undefined) return context.skip('PARLEY_CONFORMANCE_SECRET is not set');
    const socket = await open();
    socket.send(hello(expireToken(member.token, secret)));
    expect(errorFrame(await socket.next()).error.code).toBe('token_expired');
    await expectClosed(socket, 'unauthorized');
  });

  it('a refresh with a good token is answered, with the token of somebody else refused', async () => {
    const socket = await enter();
    socket.send({ type: 'refresh', token: world().member.token });
    expect(await socket.next()).toEqual({ type: 'refreshed' });
    socket.send({ type: 'refresh', token: world().owner.token });
    expect(errorFrame(await socket.next()).error.code).toBe('token_invalid');
    await expectAlive(socket);
    await socket.close();
  });

  it('fifty calls in a row that are refused do not cost the socket', async () => {
    const socket = await enter();
    for (let count = 0; count < 50; count += 1) {
      const answer = await socket.call('sendMessage', {
        conversationId: newId(),
        id: newId(),
        content: `\u0000${count}`,
      });
      expectCode({ answer }, 'invalid_text');
    }
    await expectAlive(socket);
    await socket.close();
  });

  it('twenty frames in a row that are none close with protocol, nineteen do not', async () => {
    const socket = await enter();
    const shout = async (times: number) => {
      for (let count = 0; count < times; count += 1) socket.sendRaw('?');
      for (let count = 0; count < times; count += 1)
        expect(errorFrame(await socket.next()).error.code).toBe('invalid_json');
    };
    await shout(19);
    await expectAlive(socket);
    await shout(20);
    await expectClosed(socket, 'protocol');
  });

  it('every one of many calls at once gets one answer, and those beyond the limit are told to come back', async () => {
    const socket = await enter();
    const answers = await Promise.all(
      Array.from({ length: 3 * limits.inFlight }, () => socket.call('listConversations')),
    );
    const refused = answers.filter((answer) => !answer.ok);
    for (const answer of refused) expectCode({ answer }, 'too_many_inflight');
    expect(answers.length - refused.length).toBeGreaterThanOrEqual(limits.inFlight);
    await expectAlive(socket);
    await socket.close();
  });

  describe('an upgrade from a page', () => {
    it('of a foreign origin is refused, of an allowed one is not', async () => {
      await expect(RawSocket.open(world().url, { origin: 'https://evil.example' })).rejects.toThrow('403');
      await (await RawSocket.open(world().url, { origin: new URL(world().url).origin })).close();
    });
  });
}

function errorFrame(frame: DownFrame): ErrorFrame {
  if (frame.type !== 'error') throw new Error(`no error but ${JSON.stringify(frame).slice(0, 500)}`);
  return frame;
}

async function expectAlive(socket: RawSocket): Promise<void> {
  expect((await socket.call('getMe')).ok).toBe(true);
}

async function expectClosed(socket: RawSocket, name: CloseName): Promise<void> {
  const { code, reason } = await socket.closed;
  expect(code).toBe(closeCodes[name].code);
  expect(JSON.parse(reason)).toMatchObject({ reason: name });
}
