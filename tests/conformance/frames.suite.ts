import {
  type CloseName,
  closeCodes,
  type DownFrame,
  type ErrorCode,
  type ErrorFrame,
  type HeadFrame,
  headsDigest,
  limits,
} from '@parley/protocol/wire';
import { describe, expect, it } from 'vitest';
import { resultOf } from '../support/answer.js';
import { expireToken } from '../support/expired-token.js';
import { callAs, createGroup, newId, register } from '../support/people.js';
import { RawSocket } from '../support/raw-socket.js';
import { RestClient } from '../support/rest-client.js';
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
  { what: 'an open without conversations', frame: { type: 'open' }, code: 'invalid_frame' },
  {
    what: 'an open with what is no id',
    frame: { type: 'open', conversationIds: ['here'] },
    code: 'invalid_frame',
  },
  {
    what: 'an open with an unknown field',
    frame: { type: 'open', conversationIds: [], mode: 1 },
    code: 'invalid_frame',
  },
  {
    what: 'an open with more conversations than there may be',
    frame: {
      type: 'open',
      conversationIds: Array.from({ length: limits.openConversations + 1 }, () => newId()),
    },
    code: 'too_many_items',
  },
];

/** First frames that end a socket, with the error that comes before the close, if one does. */
const badGreetings: readonly { what: string; frame: string | object; close: CloseName; code?: ErrorCode }[] =
  [
    { what: 'a call before hello', frame: call(), close: 'unauthorized' },
    { what: 'an open before hello', frame: { type: 'open', conversationIds: [] }, close: 'unauthorized' },
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
export function describeFrames(world: () => World, hasSecret: boolean): void {
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

  it('a frame above the limit, in too many pieces, or text that is no UTF-8, closes with the code of the WebSocket protocol', async () => {
    const large = await enter();
    large.send(call({ input: { text: 'x'.repeat(limits.frameBytes) } }));
    expect((await large.closed).code).toBe(1009);
    const torn = await enter();
    for (let count = 0; count <= limits.frameFragments; count += 1) torn.sendRaw('x', { fin: false });
    expect((await torn.closed).code).toBe(1008);
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

  if (hasSecret)
    it('a token that has expired closes with unauthorized and says so, here and over REST', async () => {
      const { url, secret = '', member } = world();
      const expired = expireToken(member.token, secret);
      expectCode(await new RestClient(url, expired).callInFull('getMe', {}), 'token_expired');
      const socket = await open();
      socket.send(hello(expired));
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

  it('a busy conversation comes as heads, and as events to who has it open; nothing falls between', async () => {
    const { url, owner, member } = world();
    const { id: conversationId, lastSeq } = await createGroup(url, owner, [member]);
    const [socket, sender] = [await enter(), await RawSocket.enter(url, owner.token)];
    const say = () => sender.call('sendMessage', { conversationId, id: newId(), content: 'one of many' });
    for (let count = 0; count < 3; count += 1) await Promise.all(Array.from({ length: 20 }, say));
    const isHead = (frame: DownFrame) => frame.type === 'head' && frame.conversationId === conversationId;
    const isEvent = (frame: DownFrame) =>
      frame.type === 'event' && frame.event.conversationId === conversationId;
    const headsUpTo = async (seq: number): Promise<HeadFrame> => {
      const frame = await socket.next(isHead);
      if (frame.type !== 'head') throw new Error('another frame was taken');
      return frame.seq < seq ? headsUpTo(seq) : frame;
    };
    const head = lastSeq + 60;
    const { lastMessage, ...rest } = await headsUpTo(head);
    expect(rest).toEqual({ type: 'head', conversationId, seq: head, ord: 60, deletedOrds: [] });
    expect(lastMessage).toMatchObject({ conversationId, seq: head, ord: 60, content: 'one of many' });
    while (socket.has(isEvent)) await socket.next(isEvent);
    await say();
    socket.setOpen([conversationId]);
    // Frames are taken in their order: once this is answered the conversation is open.
    await expectAlive(socket);
    await say();
    expect(await socket.next(isEvent)).toMatchObject({ event: { seq: head + 2 } });
    expect((await headsUpTo(head + 1)).seq).toBe(head + 1);
    await Promise.all([socket.close(), sender.close()]);
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

  it('an open of as many conversations as there may be, and of foreign ones, is taken without an answer', async () => {
    const socket = await enter();
    const foreign = Array.from({ length: limits.openConversations }, () => newId());
    socket.send({ type: 'open', conversationIds: foreign });
    socket.send({ type: 'open', conversationIds: [] });
    socket.send(call());
    expect(await socket.next()).toMatchObject({ type: 'result', id: 'x' });
    await socket.close();
  });

  it('who has a conversation open gets the signals for its viewers, until they open another set', async () => {
    const [owner, member, reader] = [
      await register(world().url),
      await register(world().url),
      await register(world().url),
    ];
    const by = { url: world().url, person: owner };
    const as = { url: world().url, person: reader };
    const group = await createGroup(world().url, owner, [member, reader]);
    const socket = await RawSocket.enter(world().url, member.token);
    const isMoved = (frame: DownFrame) => frame.type === 'signal' && frame.signal.kind === 'receipts.moved';
    socket.send({ type: 'open', conversationIds: [group.id] });
    await expectAlive(socket);
    const { seq } = await callAs(by, 'sendMessage', { conversationId: group.id, id: newId(), content: 'a' });
    await callAs(as, 'markRead', { conversationId: group.id, seq });
    expect(await socket.next(isMoved)).toMatchObject({
      signal: { conversationId: group.id, data: { items: [{ userId: reader.id, readSeq: seq }] } },
    });
    socket.send({ type: 'open', conversationIds: [] });
    await expectAlive(socket);
    const next = await callAs(by, 'sendMessage', { conversationId: group.id, id: newId(), content: 'b' });
    await callAs(as, 'markRead', { conversationId: group.id, seq: next.seq });
    // Signals are collected for a second: what comes with the next one of those who look shows that this socket got none.
    const viewer = await RawSocket.enter(world().url, member.token);
    viewer.send({ type: 'open', conversationIds: [group.id] });
    await expectAlive(viewer);
    const last = await callAs(by, 'sendMessage', { conversationId: group.id, id: newId(), content: 'c' });
    await callAs(as, 'markRead', { conversationId: group.id, seq: last.seq });
    await viewer.next(isMoved);
    await expectAlive(socket);
    expect(socket.has(isMoved)).toBe(false);
    await viewer.close();
    await socket.close();
  });

  it('a ping carries the digest of the heads told and the events since', async () => {
    const [owner, member] = [await register(world().url), await register(world().url)];
    const groups = await Promise.all([1, 2].map(() => createGroup(world().url, owner, [member])));
    const [one, two] = groups.map(({ id }) => id);
    const socket = await RawSocket.enter(world().url, member.token);
    const by = { url: world().url, person: owner };
    if (one === undefined || two === undefined) throw new Error('two groups were made');
    await callAs(by, 'sendMessage', { conversationId: one, id: newId(), content: 'words' });
    await socket.next(({ type }) => type === 'event');
    const { digest } = await socket.nextPing();
    expect(digest).toBe(
      headsDigest([
        [one, 2],
        [two, 1],
      ]),
    );
    await socket.close();
  }, 25_000);

  it('a socket beyond those a person may have takes the place of the oldest', async () => {
    const { token } = await register(world().url);
    const sockets: RawSocket[] = [];
    for (let count = 0; count < limits.socketsPerUser; count += 1)
      sockets.push(await RawSocket.enter(world().url, token));
    const [oldest, ...others] = sockets;
    if (oldest === undefined) throw new Error('no socket was opened');
    await expectAlive(oldest);
    const last = await RawSocket.enter(world().url, token);
    await expectClosed(oldest, 'replaced');
    for (const socket of [...others, last]) await expectAlive(socket);
    await Promise.all([...others, last].map((socket) => socket.close()));
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
