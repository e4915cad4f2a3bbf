import { describe, expect, it } from 'vitest';
import { createClient } from '../client.js';
import { asyncStorage } from '../storage/async-storage.js';
import type { ChatStorage } from '../storage/chat-storage.js';
import { fakeAsyncStorage } from '../testing/fake-async-storage.js';
import { type FakePlatform, fakePlatform } from '../testing/fake-platform.js';
import { type FaultPlan, faultyStorage } from '../testing/faulty-storage.js';

const conversationId = '0190c7a0-0000-7000-8000-000000000001';
const id = (number: number) => `0190c7a0-0000-7000-8000-00000000010${number}`;

/** Pages of one browser: they know of each other by the names they hold. */
function setUp(plan: FaultPlan = {}) {
  const held = new Set<string>();
  const values = new Map<string, string>();
  const storage = faultyStorage(asyncStorage(fakeAsyncStorage(values)), plan);
  let pages = 0;
  return {
    held,
    values,
    open: (given: ChatStorage = storage) => {
      pages += 1;
      const page = pages;
      const platform = fakePlatform({
        holdName: async (name) => {
          held.add(name);
          return () => void held.delete(name);
        },
        isNameHeld: async (name) => held.has(name),
        randomBytes: (bytes) => void bytes.fill(page),
      });
      const options = {
        url: 'http://chat.test',
        getToken: () => 'token',
        storage: given,
        user: { id: 'me' },
      };
      const client = createClient(options, platform);
      client.connect();
      const send = (number: number, content: string) => {
        client.messages.send({ conversationId, id: id(number), content }).catch(() => {});
      };
      return { client, platform, send, outbox: () => client.outbox.getSnapshot().operations };
    },
  };
}

async function rest({ settle }: FakePlatform): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await settle();
}

async function goOnline(platform: FakePlatform, userId = 'me'): Promise<void> {
  await rest(platform);
  const socket = platform.sockets.at(-1);
  socket?.handlers.opened();
  const say = (frame: object) => socket?.handlers.received(JSON.stringify(frame));
  say({ type: 'heads', heads: [] });
  say({ type: 'welcome', userId, epoch: 'e', since: 's1', heartbeatMs: 15_000 });
  await rest(platform);
}

const sent = ({ sockets }: FakePlatform) =>
  sockets.flatMap((socket) => socket.sent.filter(({ type }) => type === 'call').map(({ input }) => input));

describe('the outbox on the device', () => {
  it('shows at once, and is saved a moment later', async () => {
    const { platform, send, outbox, client } = setUp().open();
    await rest(platform);
    send(1, 'one');
    expect(outbox()).toMatchObject([{ saved: false, delivery: { status: 'saving' } }]);
    await rest(platform);
    expect(outbox()).toMatchObject([{ saved: true, delivery: { status: 'queued' } }]);
    client.close();
  });

  it('saves also what enters while a write ends, at whatever turn', async () => {
    for (let turns = 0; turns < 40; turns += 1) {
      const { platform, send, outbox, client } = setUp().open();
      await rest(platform);
      send(1, 'one');
      for (let turn = 0; turn < turns; turn += 1) await undefined;
      send(2, 'two');
      await rest(platform);
      expect(outbox()).toMatchObject([{ saved: true }, { saved: true }]);
      client.close();
    }
  });

  it('goes on in the next page, in order and under the same ids', async () => {
    const browser = setUp();
    const first = browser.open();
    first.send(1, 'one');
    first.send(2, 'two');
    await rest(first.platform);
    browser.held.clear();
    const next = browser.open();
    next.send(3, 'three');
    await rest(next.platform);
    expect(next.outbox().map((operation) => operation.id)).toEqual([id(1), id(2), id(3)]);
    await goOnline(next.platform);
    expect(sent(next.platform)).toEqual([{ conversationId, id: id(1), content: 'one' }]);
    next.client.close();
  });

  it('leaves the messages of a living page alone, and takes them when it is gone', async () => {
    const browser = setUp();
    const first = browser.open();
    first.send(1, 'one');
    await rest(first.platform);
    const other = browser.open();
    await goOnline(other.platform);
    expect([other.outbox(), sent(other.platform)]).toEqual([[], []]);
    browser.held.clear();
    await other.platform.advance(2000);
    await rest(other.platform);
    expect(sent(other.platform)).toEqual([{ conversationId, id: id(1), content: 'one' }]);
    other.client.close();
  });

  it('takes what a page wrote last and left, though there was nothing when it looked', async () => {
    const browser = setUp();
    const first = browser.open();
    const second = browser.open();
    await rest(first.platform);
    await goOnline(second.platform);
    first.send(1, 'my last words');
    await rest(first.platform);
    // It dies: its names are let go by the browser, and it writes nothing any more.
    for (const name of [...browser.held].slice(0, 1)) browser.held.delete(name);
    await second.platform.advance(15_000);
    await rest(second.platform);
    expect(sent(second.platform)).toMatchObject([{ content: 'my last words' }]);
    first.client.close();
    second.client.close();
  });

  it('tells that an unsent message is taken back when the device knows it, not before', async () => {
    const inner = fakeAsyncStorage(new Map());
    let release = (): void => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const slow = { ...inner, multiRemove: (keys: string[]) => released.then(() => inner.multiRemove(keys)) };
    const { platform, client } = setUp().open(asyncStorage(slow));
    await rest(platform);
    const messageId = client.newId();
    client.messages.send({ conversationId, id: messageId, content: 'never mind' }).catch(() => {});
    await rest(platform);
    let isTold = false;
    const told = client.messages.delete({ conversationId, messageId }).then(() => {
      isTold = true;
    });
    await rest(platform);
    expect(isTold).toBe(false);
    release();
    await told;
    client.close();
  });

  it('folds nothing into a message that comes under an id of an earlier page: it may be on the server', async () => {
    const { platform, client, outbox } = setUp().open();
    await rest(platform);
    const quiet = (promise: Promise<unknown>) => void promise.catch(() => {});
    const fresh = client.newId();
    for (const messageId of [id(1), fresh]) {
      quiet(client.messages.send({ conversationId, id: messageId, content: 'first words' }));
      quiet(client.messages.edit({ conversationId, messageId, content: 'other words' }));
    }
    expect(outbox().map(({ operation, input }) => [operation, input['content']])).toEqual([
      ['sendMessage', 'first words'],
      ['editMessage', 'other words'],
      ['sendMessage', 'other words'],
    ]);
    client.close();
  });

  it('sends what the device refuses to keep, says so, and keeps it with the next write', async () => {
    const { client, platform, send, outbox } = setUp({ writes: { 1: 'quota' } }).open();
    await goOnline(platform);
    send(1, 'one');
    await rest(platform);
    expect(outbox()).toMatchObject([{ saved: false, delivery: { status: 'sending' } }]);
    expect(client.storage.state.getSnapshot()).toMatchObject({
      kind: 'failed',
      reason: { name: 'QuotaExceededError' },
    });
    send(2, 'two');
    await rest(platform);
    expect(outbox()).toMatchObject([{ saved: true }, { saved: true }]);
    expect(client.storage.state.getSnapshot()).toEqual({ kind: 'persistent' });
    client.close();
  });

  it('works in memory, visibly, where storage cannot be opened', async () => {
    const { client, platform, send, outbox } = setUp({ isClosed: true }).open();
    await goOnline(platform);
    send(1, 'one');
    await rest(platform);
    expect(sent(platform)).toHaveLength(1);
    expect(outbox()).toMatchObject([{ saved: false }]);
    expect(client.storage.state.getSnapshot()).toMatchObject({
      kind: 'memory',
      reason: { name: 'SecurityError' },
    });
    client.close();
  });

  it('passes over a damaged record and goes on with the others', async () => {
    const browser = setUp({ writes: { 1: 'corrupt' } });
    const first = browser.open();
    first.send(1, 'one');
    first.send(2, 'two');
    await rest(first.platform);
    browser.held.clear();
    const next = browser.open();
    await rest(next.platform);
    expect(next.outbox().map((operation) => operation.id)).toEqual([id(2)]);
    expect(next.platform.errors).toHaveLength(1);
    next.client.close();
  });

  it('leaves records of a newer client where they are', async () => {
    const browser = setUp();
    const key = 'parley:outbox:http://chat.test::me/other-page x';
    browser.values.set(key, JSON.stringify({ version: 2, anything: true }));
    const page = browser.open();
    await rest(page.platform);
    expect([page.outbox(), [...browser.values.keys()]]).toEqual([[], [key]]);
    page.client.close();
  });

  it('takes a message for sent when its echo comes before any answer', async () => {
    const { client, platform, send, outbox } = setUp().open();
    await goOnline(platform);
    send(1, 'one');
    await rest(platform);
    const socket = platform.sockets.at(-1);
    socket?.handlers.received(JSON.stringify({ type: 'error', id: '1', error: { code: 'forbidden' } }));
    await rest(platform);
    expect(outbox()).toMatchObject([{ delivery: { status: 'failed' } }]);
    const data = { id: id(1), conversationId, content: 'one' };
    const event = { kind: 'message.created', conversationId, seq: 1, at: '', actorId: 'me', data };
    socket?.handlers.received(JSON.stringify({ type: 'event', event }));
    await rest(platform);
    expect(outbox()).toEqual([]);
    client.close();
  });

  it('sends nothing in the name of somebody else', async () => {
    const browser = setUp();
    const { platform, send, client } = browser.open();
    send(1, 'one');
    await goOnline(platform, 'somebody else');
    expect(sent(platform)).toEqual([]);
    expect(client.connection.getSnapshot().status).toBe('closed');
    expect(platform.errors).toHaveLength(1);
    expect(() =>
      createClient(
        { url: 'http://chat.test', getToken: () => '', storage: asyncStorage(fakeAsyncStorage()) },
        platform,
      ),
    ).toThrow('`user`');
  });

  it('keeps over the end of a session what was written, and tells its caller', async () => {
    const browser = setUp();
    const { client, platform } = browser.open();
    await goOnline(platform);
    platform.sockets.at(-1)?.handlers.closed(4503, '');
    const late = client.messages.send({ conversationId, id: id(1), content: 'one' });
    await expect(late).rejects.toThrow('does not accept this session');
    client.close();
    await rest(platform);
    const next = browser.open();
    await goOnline(next.platform);
    expect(sent(next.platform)).toEqual([{ conversationId, id: id(1), content: 'one' }]);
    next.client.close();
  });
});
