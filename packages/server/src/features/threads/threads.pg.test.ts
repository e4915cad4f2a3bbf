import type { ConversationId, MessageId } from '@parley/protocol';
import { beforeEach, expect, it } from 'vitest';
import type { Actor } from '../../access/actor.js';
import { readResumeState } from '../../eventlog/resume.js';
import { callAs } from '../../testing/callers.js';
import { describeEachEngine } from '../../testing/describe-each-engine.js';
import { expectCode } from '../../testing/expect-code.js';
import { listenAs } from '../../testing/listen.js';
import { newMessageId, seedUsers } from '../../testing/seed.js';

describeEachEngine('threads', (open) => {
  let people: readonly Actor[];
  let ann: Actor;
  let ben: Actor;
  let stranger: Actor;
  let conversationId: ConversationId;

  beforeEach(async () => {
    people = await seedUsers(open().database, 8);
    const [first, second, last] = [people[0], people[1], people[7]];
    if (first === undefined || second === undefined || last === undefined) throw new Error('eight were made');
    [ann, ben, stranger] = [first, second, last];
    const memberIds = people.slice(1, 7).map(({ userId }) => userId);
    conversationId = (await as(ann)('createConversation', { type: 'group', name: 'ours', memberIds })).id;
  });

  const as = (actor: Actor) => callAs(open(), actor);
  const send = async (actor: Actor, threadId?: MessageId) => {
    const id = newMessageId();
    const more = threadId === undefined ? {} : { threadId };
    await as(actor)('sendMessage', { conversationId, id, content: 'hello', ...more });
    return id;
  };
  const list = (actor: Actor, more: { followed?: boolean; limit?: number; cursor?: string } = {}) =>
    as(actor)('listThreads', { conversationId, ...more });
  const roots = async (...input: Parameters<typeof list>) =>
    (await list(...input)).items.map(({ root }) => root.id);
  const follow = (actor: Actor, rootId: MessageId) => as(actor)('followThread', { conversationId, rootId });
  const unfollow = (actor: Actor, rootId: MessageId) =>
    as(actor)('unfollowThread', { conversationId, rootId });

  it('are listed by their latest reply, page by page, each once; messages without replies are none', async () => {
    const ids = [await send(ann), await send(ann), await send(ann), await send(ann)] as const;
    for (const id of [ids[0], ids[1], ids[2], ids[0]]) await send(ben, id);
    const inOrder = [ids[0], ids[2], ids[1]];
    expect(await roots(ann)).toEqual(inOrder);
    const first = await list(ann, { limit: 2 });
    expect(first.items.map(({ root }) => root.id)).toEqual(inOrder.slice(0, 2));
    const cursor = first.nextCursor ?? 'none';
    const second = await list(ann, { limit: 2, cursor });
    expect(second.items.map(({ root }) => root.id)).toEqual(inOrder.slice(2));
    expect(second.nextCursor).toBeUndefined();
    await expectCode('invalid_cursor', () => list(ann, { cursor: 'x' }));
    await expectCode('not_found', () => list(stranger));
  });

  it('come with root, latest reply, who took part and what is mine, and the people of it', async () => {
    const root = await send(ann);
    for (const actor of people.slice(1, 7)) await send(actor, root);
    const latest = await send(ben, root);
    const deleted = await send(ann, root);
    await as(ann)('deleteMessage', { conversationId, messageId: deleted });
    const { items, users, mine, threads } = await list(ann);
    const participantIds = [ben, people[6], people[5], people[4], people[3]].map((one) => one?.userId);
    expect(items).toMatchObject([
      {
        thread: { rootId: root, replyCount: 7, lastOrd: 8 },
        root: { id: root },
        lastReply: { id: latest },
        participantIds,
      },
    ]);
    expect(Object.keys(users).sort()).toEqual([ann.userId, ...participantIds].sort());
    expect(mine.threads[root]).toEqual({ isFollowed: true, readSeq: 10, unreadCount: 0 });
    expect(threads[root]).toEqual(items[0]?.thread);
    for (const reply of (await as(ann)('listReplies', { conversationId, messageId: root })).items)
      if (reply.deletedAt === null)
        await as(people.find(({ userId }) => userId === reply.senderId) ?? ann)('deleteMessage', {
          conversationId,
          messageId: reply.id,
        });
    expect((await list(ann)).items).toMatchObject([
      { lastReply: null, participantIds: [], thread: { replyCount: 0 } },
    ]);
  });

  it('are followed by asking, by writing in them and by having written the root, until one asks to stop', async () => {
    const [own, other] = [await send(ann), await send(ben)];
    await send(ben, own);
    await send(ben, other);
    expect([await roots(ann, { followed: true }), await roots(ann, { followed: false })]).toEqual([
      [own],
      [other],
    ]);
    expect(await follow(ann, other)).toEqual({ isFollowed: true, readSeq: 0, unreadCount: 1 });
    expect(await unfollow(ann, own)).toEqual({ isFollowed: false, readSeq: 0, unreadCount: 0 });
    expect([await roots(ann, { followed: true }), await roots(ann, { followed: false })]).toEqual([
      [other],
      [own],
    ]);
    expect((await list(ann)).mine.threads[own]).toEqual({ isFollowed: false, readSeq: 0, unreadCount: 0 });
    await send(ann, own);
    expect(await roots(ann, { followed: true })).toEqual([own, other]);
    await as(ann)('markRead', { conversationId, seq: 100, threadId: other });
    await unfollow(ann, other);
    await as(ann)('markRead', { conversationId, seq: 100, threadId: other });
    expect(await roots(ann, { followed: true })).toEqual([own]);
  });

  it('tell what I follow to my devices alone, once, and to those that were away by resuming', async () => {
    const root = await send(ben);
    const [mine, others] = [
      listenAs(open(), ann, { memberOf: [conversationId] }),
      listenAs(open(), ben, { memberOf: [conversationId] }),
    ];
    const resume = async (since?: string) =>
      readResumeState(open().database.kysely, open().core.cluster, { actor: ann, since });
    const before = await resume();
    await follow(ann, root);
    await follow(ann, root);
    const told = mine.signals.filter(({ kind }) => kind === 'thread.followed');
    expect(told).toEqual([
      { kind: 'thread.followed', conversationId, data: { rootId: root, isFollowed: true } },
    ]);
    expect(others.signals.filter(({ kind }) => kind === 'thread.followed')).toEqual([]);
    expect([...(await resume(before.since)).heads.keys()]).toEqual([conversationId]);
  });

  it('that are none, of another conversation or hidden cannot be followed', async () => {
    const root = await send(ann);
    const reply = await send(ben, root);
    const other = await as(ann)('createConversation', { type: 'group', name: 'other', memberIds: [] });
    for (const rootId of [reply, newMessageId()]) {
      await expectCode('not_found', () => follow(ann, rootId));
      await expectCode('not_found', () => unfollow(ann, rootId));
    }
    await expectCode('not_found', () => as(ann)('followThread', { conversationId: other.id, rootId: root }));
    await expectCode('not_found', () => follow(stranger, root));
    await as(ann)('removeMember', { conversationId, userId: ben.userId });
    await expectCode('not_found', () => unfollow(ben, root));
  });
});
