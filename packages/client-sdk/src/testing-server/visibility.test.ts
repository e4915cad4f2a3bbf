import type { DownFrame, Session } from '@parley/protocol/wire';
import { describe, expect, it } from 'vitest';
import { fakeClock } from '../testing/fake-clock.js';
import { ask, connect, type RawClient, seqsOf, signUp } from '../testing/raw-client.js';
import { createTestServer } from './test-server.js';

const conversationId = '0193abcd-0000-7000-8000-00000000000c';
const base = `/v1/conversations/${conversationId}`;

/** Ann and Bob in a group of Ann's, each with a socket. */
async function setUp() {
  const clock = fakeClock(Date.UTC(2026, 0, 1));
  const server = createTestServer({ ...clock });
  const [ann, bob, cid] = [
    await signUp(server, 'ann'),
    await signUp(server, 'bob'),
    await signUp(server, 'cid'),
  ];
  const as = (who: Session, route: string, body?: object) =>
    ask(server, route, { token: who.accessToken, ...(body === undefined ? {} : { body }) });
  await as(ann, 'POST /v1/conversations', { type: 'group', id: conversationId, memberIds: [bob.user.id] });
  const say = (who: Session, last: string, more: object = {}) =>
    as(who, `POST ${base}/messages`, { id: idOf(last), content: `say ${last}`, ...more });
  const sockets = { ann: connect(server, ann.accessToken), bob: connect(server, bob.accessToken) };
  await clock.settle();
  return { clock, server, ann, bob, cid, as, say, sockets };
}

function idOf(last: string): string {
  return `0193abcd-0000-7000-8000-0000000000${last}`;
}

function signalsOf({ frames }: RawClient, kind: string) {
  return frames.flatMap((frame) =>
    frame.type === 'signal' && frame.signal.kind === kind ? [frame.signal.data] : [],
  );
}

function headsAfterWelcome({ frames }: RawClient) {
  const welcome = frames.findIndex(({ type }) => type === 'welcome');
  const isHeads = (frame: DownFrame) => frame.type === 'heads';
  return frames.slice(welcome).flatMap((frame) => (isHeads(frame) && 'heads' in frame ? frame.heads : []));
}

describe('who gets what', () => {
  it('with history since joining, who comes sees nothing of before, and what happens to it is told as a head', async () => {
    const { clock, ann, cid, as, say, sockets } = await setUp();
    await as(ann, `PATCH ${base}`, { settings: { history: 'since_join' } });
    await say(ann, 'a1');
    await as(ann, `POST ${base}/members`, { userIds: [cid.user.id] });
    await say(ann, 'a2', { replyToId: idOf('a1') });
    await as(ann, `PATCH ${base}/messages/${idOf('a1')}`, { content: 'other words' });
    await clock.settle();
    expect([seqsOf(sockets.bob.frames), headsAfterWelcome(sockets.bob)]).toEqual([
      [2, 3, 4, 5],
      [[conversationId, 6]],
    ]);
    const page = await as(cid, `GET ${base}/messages`);
    expect(page.body).toMatchObject({ items: [{ id: idOf('a2') }], quotes: {} });
    const log = await as(cid, `GET ${base}/changes?since=0&mode=log`);
    expect(log.body).toMatchObject({ items: [{ seq: 4 }, { seq: 5 }], to: 6, head: 6 });
    expect((await as(cid, `GET ${base}/changes?since=0&mode=state`)).body).toMatchObject({
      messages: [{ id: idOf('a2') }],
    });
    const hidden = await as(cid, `PUT ${base}/messages/${idOf('a1')}/reactions/ok`);
    expect([hidden.status, (await say(cid, 'b1', { replyToId: idOf('a1') })).status]).toEqual([404, 422]);
  });

  it('pages of state of any size lead to the same rows as the log', async () => {
    const { ann, bob, as, say } = await setUp();
    for (let count = 10; count < 22; count += 1) await say(count % 2 === 0 ? ann : bob, String(count));
    await say(bob, 'a1', { threadId: idOf('10') });
    await as(bob, `DELETE ${base}/messages/${idOf('13')}`);
    await as(ann, `DELETE ${base}/members/${bob.user.id}`);
    const whole = (await as(ann, `GET ${base}/changes?since=0&mode=state&limit=100`)).body;
    const found: Record<string, unknown> = {};
    const gone: unknown[] = [];
    for (let since = 0, head = 1; since < head; ) {
      const { body } = await as(ann, `GET ${base}/changes?since=${since}&mode=state&limit=3`);
      // Of this mode, which was asked for.
      const page = body as unknown as {
        messages: { id: string }[];
        gone: unknown[];
        to: number;
        head: number;
      };
      for (const message of page.messages) found[message.id] = message;
      gone.push(...page.gone);
      expect([page.to > since, page.messages.length <= 3]).toEqual([true, true]);
      ({ to: since, head } = page);
    }
    expect([Object.values(found), gone]).toEqual([whole?.['messages'], whole?.['gone']]);
    expect(Object.keys(found)).toHaveLength(13);
  });

  it('tells who looks at somebody within a second that they came or went, and of no stranger', async () => {
    const { clock, server, bob, cid, as, sockets } = await setUp();
    await as(bob, 'PUT /v1/users/presence/watched', { userIds: [cid.user.id] });
    const { ann: watcher } = sockets;
    watcher.send({
      type: 'call',
      id: 'w',
      operation: 'watchPresence',
      input: { userIds: [bob.user.id, cid.user.id] },
    });
    const strangers = connect(server, cid.accessToken);
    await clock.settle();
    sockets.bob.socket.close();
    expect(signalsOf(watcher, 'presence.changed')).toEqual([]);
    await clock.advance(1000);
    strangers.socket.close();
    await clock.advance(1000);
    expect(signalsOf(watcher, 'presence.changed')).toEqual([
      { items: [{ userId: bob.user.id, state: 'offline', lastSeenAt: expect.any(String), status: null }] },
    ]);
  });

  it('makes who does nothing for five minutes away until they do something, and tells when a status ends', async () => {
    const { clock, bob, as, sockets } = await setUp();
    const { ann: watcher } = sockets;
    const until = new Date(clock.now() + 60_000).toISOString();
    await as(bob, 'PUT /v1/users/me/presence', { state: 'online', status: { text: 'lunch', until } });
    watcher.send({ type: 'call', id: 'w', operation: 'watchPresence', input: { userIds: [bob.user.id] } });
    const looks = () =>
      signalsOf(watcher, 'presence.changed').map((data) => ('items' in data ? data.items[0] : undefined));
    const live = async (ms: number) => {
      for (let passed = 0; passed < ms; passed += 15_000) {
        await clock.advance(15_000);
        for (const { send } of [watcher, sockets.bob]) send({ type: 'pong' });
      }
    };
    await live(60_000);
    expect(looks()).toMatchObject([{ state: 'online', status: null }]);
    sockets.bob.send({
      type: 'call',
      id: 'd',
      operation: 'markDelivered',
      input: { conversationId, seq: 1 },
    });
    await live(255_000);
    expect(looks()).toMatchObject([{}, { state: 'away' }]);
    sockets.bob.send({ type: 'call', id: 'm', operation: 'getMe' });
    await clock.advance(1000);
    expect(looks()).toMatchObject([{}, {}, { state: 'online', lastSeenAt: null }]);
  });

  it('tells the first receipt at once and the following together, to the sender of the latest message', async () => {
    const { clock, ann, bob, as, say, sockets } = await setUp();
    await say(ann, 'a1');
    await as(bob, `PUT ${base}/delivered`, { seq: 2 });
    await say(ann, 'a2');
    await as(bob, `PUT ${base}/read`, { seq: 2 });
    await as(bob, `PUT ${base}/read`, { seq: 3 });
    await clock.settle();
    const receipt = (readSeq: number, deliveredSeq: number) => ({
      items: [{ userId: bob.user.id, readSeq, deliveredSeq }],
    });
    expect(signalsOf(sockets.ann, 'receipts.moved')).toEqual([receipt(1, 2)]);
    await clock.advance(1000);
    expect(signalsOf(sockets.ann, 'receipts.moved')).toEqual([receipt(1, 2), receipt(3, 3)]);
    expect(signalsOf(sockets.bob, 'receipt.own')).toHaveLength(2);
  });

  it('a block takes speech from both, by an entry of nobody’s, and only who blocked hears of it in their own log', async () => {
    const { clock, ann, bob, as, sockets } = await setUp();
    const direct = await as(ann, 'POST /v1/conversations', { type: 'direct', memberIds: [bob.user.id] });
    await as(ann, `PUT /v1/users/me/blocks/${bob.user.id}`);
    await clock.settle();
    const last = sockets.bob.frames.at(-1);
    expect(last).toMatchObject({ type: 'event', event: { kind: 'members.updated', actorId: null, seq: 2 } });
    const isOwn = ({ type }: DownFrame) => type === 'own_head';
    expect([sockets.ann.frames.some(isOwn), sockets.bob.frames.some(isOwn)]).toEqual([true, false]);
    const to = `POST /v1/conversations/${direct.body?.['id']}/messages`;
    for (const [index, who] of [ann, bob].entries()) {
      const refused = await as(who, to, { id: idOf(`c${index}`), content: 'hello' });
      expect(refused.body).toMatchObject({ error: { code: 'dm_not_allowed' } });
    }
    expect((await as(ann, 'GET /v1/users/me/changes?since=0')).body).toMatchObject({
      items: [{ kind: 'block.added', data: { userId: bob.user.id } }],
      head: 1,
    });
  });
});
