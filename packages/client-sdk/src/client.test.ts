import type { UserId } from '@parley/protocol/wire';
import { describe, expect, it, vi } from 'vitest';
import { type ChatClient, createClient } from './client.js';
import * as browserEntry from './index.js';
import * as nodeEntry from './node.js';
import { type FakePlatform, fakePlatform, jsonResponse } from './testing/fake-platform.js';

const conversationId = '0190c7a0-0000-7000-8000-000000000001';
const me = 'me' as UserId;

function setUp() {
  const fetch = vi.fn(async (_url: string, _init: RequestInit) => jsonResponse(200, { seq: 1 }));
  const platform = fakePlatform({ fetch });
  const client = createClient({ url: 'http://chat.test/', getToken: () => 'token' }, platform);
  return { client, platform, fetch };
}

async function goOnline(client: ChatClient, platform: FakePlatform) {
  client.connect();
  await platform.settle();
  platform.sockets.at(-1)?.handlers.opened();
  say(platform, { type: 'heads', heads: [[conversationId, 4]] });
  say(platform, { type: 'welcome', userId: me, epoch: 'e', since: 's1', userSeq: 3, heartbeatMs: 15_000 });
}

function say(platform: FakePlatform, frame: object) {
  platform.sockets.at(-1)?.handlers.received(JSON.stringify(frame));
}

const calls = (platform: FakePlatform) =>
  platform.sockets.map(({ sent }) => sent.filter(({ type }) => type === 'call').map(({ input }) => input));

describe('a client', () => {
  it('carries commands over HTTP before connect(), and over the socket from then on', async () => {
    const { client, platform, fetch } = setUp();
    await client.messages.send({ conversationId, content: 'one' });
    expect(fetch).toHaveBeenCalledTimes(1);
    client.connect();
    const sent = client.messages.send({ conversationId, content: 'two', id: conversationId });
    expect(calls(platform)).toEqual([]);
    await goOnline(client, platform);
    expect(calls(platform)).toEqual([[{ conversationId, content: 'two', id: conversationId }]]);
    say(platform, { type: 'result', id: '1', result: { id: conversationId, seq: 5, at: 'now' } });
    expect(await sent).toEqual({ id: conversationId, seq: 5, at: 'now' });
    expect(fetch).toHaveBeenCalledTimes(1);
  });

  it('sends again under the same id, in order, and resumes, after the connection was lost', async () => {
    const { client, platform } = setUp();
    await goOnline(client, platform);
    void client.messages.send({ conversationId, content: 'one' });
    void client.messages.send({ conversationId, content: 'two' });
    platform.sockets[0]?.handlers.closed(1006, '');
    await platform.advance(500);
    await goOnline(client, platform);
    say(platform, { type: 'result', id: '2', result: {} });
    await platform.settle();
    const [before = [], after = []] = calls(platform);
    expect(before).toMatchObject([{ content: 'one' }]);
    expect(after).toMatchObject([{ content: 'one' }, { content: 'two' }]);
    expect(after[0]).toEqual(before[0]);
    expect(platform.sockets[1]?.sent[0]).toMatchObject({
      type: 'hello',
      resume: { epoch: 'e', since: 's1' },
    });
  });

  it('tells events with whose they are, and harms nobody when a listener throws', async () => {
    const { client, platform } = setUp();
    await goOnline(client, platform);
    const told: unknown[] = [];
    client.on('message.created', () => {
      throw new Error('a bad listener');
    });
    client.on('message.created', ({ seq, isOwn, isCatchUp }) => told.push({ seq, isOwn, isCatchUp }));
    const undo = client.on('conversation.changed', (event) => told.push(event));
    const event = { kind: 'message.created', conversationId, seq: 5, at: '', actorId: me, data: {} };
    say(platform, { type: 'event', event });
    undo();
    say(platform, { type: 'event', event: { ...event, seq: 6, actorId: 'other' } });
    expect(told).toEqual([
      { seq: 5, isOwn: true, isCatchUp: false },
      { conversationId, seq: 5 },
      { seq: 6, isOwn: false, isCatchUp: false },
    ]);
    expect(platform.errors).toHaveLength(2);
  });

  it('names a command for ever where its input has no id', async () => {
    const { client, platform } = setUp();
    await goOnline(client, platform);
    void client.members.remove({ conversationId, userId: me });
    expect(platform.sockets[0]?.sent.at(-1)).toMatchObject({
      operation: 'removeMember',
      opId: expect.any(String),
    });
  });

  it('refuses on the spot what the server would refuse', async () => {
    const { client, fetch } = setUp();
    const send = (content: string) => client.messages.send({ conversationId, content });
    await expect(send(' \n')).rejects.toMatchObject({ code: 'validation_failed' });
    await expect(send('a\u0000')).rejects.toMatchObject({ code: 'invalid_text' });
    await expect(send('a'.repeat(10_001))).rejects.toMatchObject({ code: 'message_too_long' });
    expect(fetch).not.toHaveBeenCalled();
  });

  it('rejects what waits when it is closed, and everything after', async () => {
    const { client, platform } = setUp();
    await goOnline(client, platform);
    const waiting = client.messages.send({ conversationId, content: 'one' });
    client.close();
    await expect(waiting).rejects.toMatchObject({ name: 'ClientClosedError' });
    await expect(client.users.me()).rejects.toMatchObject({ name: 'ClientClosedError' });
  });

  it('tells signals by their kind, and sends typing only while there is a socket', async () => {
    const { client, platform, fetch } = setUp();
    const told: unknown[] = [];
    client.on('typing', ({ data }) => told.push(data.isTyping));
    client.on('receipt.own', ({ conversationId: place, data }) => told.push([place, data.readSeq]));
    client.typing.start({ conversationId });
    await goOnline(client, platform);
    client.typing.stop({ conversationId });
    client.typing.start({ conversationId });
    client.typing.stop({ conversationId });
    expect(calls(platform)).toEqual([
      [
        { conversationId, isTyping: true },
        { conversationId, isTyping: false },
      ],
    ]);
    expect(fetch).not.toHaveBeenCalled();
    const typing = { userId: 'ann', isTyping: true, threadId: null };
    say(platform, { type: 'signal', signal: { kind: 'typing', conversationId, data: typing } });
    say(platform, { type: 'signal', signal: { kind: 'receipt.own', conversationId, data: { readSeq: 3 } } });
    await platform.advance(6000);
    expect(told).toEqual([true, [conversationId, 3], false]);
  });

  it('tells the server what is open, now and at every welcome, and reads what was left out until then', async () => {
    const { client, platform, fetch } = setUp();
    client.conversations.setOpen([conversationId]);
    await goOnline(client, platform);
    const opened = () => platform.sockets.at(-1)?.sent.filter(({ type }) => type === 'open');
    expect(opened()).toEqual([{ type: 'open', conversationIds: [conversationId] }]);
    client.conversations.setOpen([]);
    const told: unknown[] = [];
    client.on('conversation.changed', (event) => told.push(event));
    const lastMessage = { id: 'm9' };
    say(platform, { type: 'head', conversationId, seq: 9, ord: 8, deletedOrds: [], lastMessage });
    expect([told, fetch.mock.calls.length]).toEqual([[{ conversationId, seq: 9, lastMessage }], 0]);
    client.conversations.setOpen([conversationId]);
    expect(opened()?.map(({ conversationIds }) => conversationIds)).toEqual([
      [conversationId],
      [],
      [conversationId],
    ]);
    await platform.settle();
    expect(fetch.mock.calls[0]?.[0]).toContain('since=4');
    client.close();
  });

  it('tells what was changed about oneself elsewhere, once it is told that there is something', async () => {
    const { client, platform, fetch } = setUp();
    const data = { preferences: { hideReceipts: true } };
    const item = { kind: 'preferences.updated', seq: 4, at: '', data };
    fetch.mockResolvedValue(jsonResponse(200, { mode: 'log', items: [item], to: 4, head: 4 }));
    const told: unknown[] = [];
    client.on('preferences.updated', (event) => told.push(event));
    await goOnline(client, platform);
    await platform.settle();
    expect(fetch).not.toHaveBeenCalled();
    say(platform, { type: 'own_head', seq: 4 });
    await platform.settle();
    expect(fetch.mock.calls[0]?.[0]).toContain('/v1/users/me/changes?since=3');
    expect(told).toEqual([item]);
  });

  it('watches people again at every welcome', async () => {
    const { client, platform } = setUp();
    await goOnline(client, platform);
    void client.presence.watch(['ann']).catch(() => {});
    say(platform, { type: 'result', id: '1', result: { items: [] } });
    platform.sockets[0]?.handlers.closed(1006, '');
    await platform.advance(500);
    await goOnline(client, platform);
    await platform.settle();
    expect(calls(platform)).toEqual([[{ userIds: ['ann'] }], [{ userIds: ['ann'] }]]);
    client.close();
  });

  it('rejects commands with the reason while nobody is signed in', async () => {
    const { client, platform } = setUp();
    await goOnline(client, platform);
    const waiting = client.messages.send({ conversationId, content: 'one' });
    platform.sockets[0]?.handlers.closed(4503, '');
    await expect(waiting).rejects.toThrow('does not accept this session');
    await expect(client.messages.send({ conversationId, content: 'two' })).rejects.toThrow('does not accept');
  });

  it('says what is wrong with an address that cannot work', () => {
    expect(() => createClient({ url: 'chat.test', getToken: () => '' }, fakePlatform())).toThrow(
      'such as https://chat.example.com',
    );
  });
});

describe('the two entries of the package', () => {
  it('have the same names', () => {
    expect(Object.keys(nodeEntry).sort()).toEqual(Object.keys(browserEntry).sort());
  });
});
