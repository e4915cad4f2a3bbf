import { type ConversationId, deniedByBlock, directConversationId, type MessageId } from '@parley/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Actor } from '../../access/actor.js';
import { callAs } from '../../testing/callers.js';
import { describeEachEngine } from '../../testing/describe-each-engine.js';
import { expectCode } from '../../testing/expect-code.js';
import { listenAs } from '../../testing/listen.js';
import { createListener } from '../../testing/publications.js';
import { readFrames } from '../../testing/read-frames.js';
import { newMessageId, newUserId, seedUser, seedUsers } from '../../testing/seed.js';

describeEachEngine('blocks', (open) => {
  let ann: Actor;
  let bob: Actor;
  let third: Actor;

  beforeEach(async () => {
    const [one, two, three] = await seedUsers(open().database, 3);
    if (one === undefined || two === undefined || three === undefined) throw new Error('three were made');
    [ann, bob, third] = [one, two, three];
  });

  const as = (actor: Actor) => callAs(open(), actor);
  const block = (by: Actor, whom: Actor) => as(by)('blockUser', { userId: whom.userId });
  const unblock = (by: Actor, whom: Actor) => as(by)('unblockUser', { userId: whom.userId });
  const makeDirect = async (by: Actor, other: Actor) =>
    (await as(by)('createConversation', { type: 'direct', memberIds: [other.userId] })).id;
  const send = async (by: Actor, conversationId: ConversationId): Promise<MessageId> => {
    const id = newMessageId();
    await as(by)('sendMessage', { conversationId, id, content: 'hello' });
    return id;
  };
  const changesAfter = async (by: Actor, conversationId: ConversationId, since: number) => {
    const page = await as(by)('listChanges', { conversationId, since });
    return page.mode === 'log' ? page.items : [];
  };

  it('are listed for who made them, the latest first, page by page, and for nobody else', async () => {
    await block(ann, bob);
    await block(ann, third);
    const { items, users } = await as(ann)('listBlocks', {});
    expect(items.map(({ userId }) => userId)).toEqual([third.userId, bob.userId]);
    expect(Object.keys(users).sort()).toEqual([bob.userId, third.userId].sort());
    const first = await as(ann)('listBlocks', { limit: 1 });
    expect(first.items).toEqual(items.slice(0, 1));
    const { nextCursor: cursor } = first;
    if (cursor === undefined) throw new Error('there is more');
    expect(await as(ann)('listBlocks', { limit: 1, cursor })).toMatchObject({ items: items.slice(1) });
    expect(await as(bob)('listBlocks', {})).toEqual({ items: [], users: {} });
    await expectCode('invalid_cursor', () => as(ann)('listBlocks', { cursor: 'nonsense' }));
  });

  it('may be made and taken back twice; of oneself, of nobody and of another tenant’s they are refused', async () => {
    expect(await block(ann, bob)).toBeNull();
    const [made] = (await as(ann)('listBlocks', {})).items;
    expect(await block(ann, bob)).toBeNull();
    expect((await as(ann)('listBlocks', {})).items).toEqual([made]);
    expect(await unblock(ann, bob)).toBeNull();
    expect(await unblock(ann, bob)).toBeNull();
    expect((await as(ann)('listBlocks', {})).items).toEqual([]);
    await expectCode('validation_failed', () => block(ann, ann));
    // In canonical form.
    const elsewhere = await seedUser(open().database, '00000000-0000-4000-8000-0000000000ff' as never);
    for (const userId of [newUserId(), elsewhere.userId]) {
      await expectCode('not_found', () => as(ann)('blockUser', { userId }));
      await expectCode('not_found', () => as(ann)('unblockUser', { userId }));
    }
  });

  it('are told to the other devices of who made them by their own log, and change nothing there when nothing changed', async () => {
    await block(ann, bob);
    await block(ann, bob);
    await unblock(ann, bob);
    await unblock(ann, bob);
    const page = await as(ann)('listOwnChanges', { since: 0 });
    expect(page).toMatchObject({
      items: [
        { kind: 'block.added', seq: 1, data: { userId: bob.userId } },
        { kind: 'block.removed', seq: 2, data: { userId: bob.userId } },
      ],
    });
    expect(await as(bob)('listOwnChanges', { since: 0 })).toMatchObject({ items: [] });
  });

  describe('in the direct conversation of the two', () => {
    let conversationId: ConversationId;
    let messageId: MessageId;

    beforeEach(async () => {
      conversationId = await makeDirect(ann, bob);
      messageId = await send(bob, conversationId);
      await as(ann)('addReaction', { conversationId, messageId, emoji: ':ship:' });
    });
    const writes = (by: Actor, own: MessageId) => [
      () => send(by, conversationId),
      () => as(by)('sendMessage', { conversationId, id: newMessageId(), content: 'x', replyToId: messageId }),
      () => as(by)('sendMessage', { conversationId, id: newMessageId(), content: 'x', threadId: messageId }),
      () => as(by)('editMessage', { conversationId, messageId: own, content: 'x' }),
      () => as(by)('addReaction', { conversationId, messageId, emoji: '!' }),
      () => as(by)('removeReaction', { conversationId, messageId, emoji: ':ship:' }),
    ];

    it('take speech from both, whoever blocked, and give it back', async () => {
      const anns = await send(ann, conversationId);
      await block(ann, bob);
      for (const write of [...writes(ann, anns), ...writes(bob, messageId)])
        await expectCode('dm_not_allowed', write);
      const refused = { status: 'refused', code: 'dm_not_allowed' };
      const messages = [{ id: newMessageId(), content: 'x' }];
      expect(await as(bob)('sendMessages', { conversationId, messages })).toEqual({ items: [refused] });
      await unblock(ann, bob);
      for (const write of [...writes(bob, messageId), ...writes(ann, anns)]) await write();
    });

    it('leave reading, marks, typing and deleting what is one’s own, but not bringing it back', async () => {
      const gone = await send(bob, conversationId);
      await as(bob)('deleteMessage', { conversationId, messageId: gone });
      await block(ann, bob);
      const place = { conversationId };
      expect((await as(bob)('listMessages', place)).items).toHaveLength(2);
      expect(await as(bob)('markRead', { ...place, seq: 3 })).toMatchObject({ readSeq: 4 });
      expect(await as(ann)('markRead', { ...place, seq: 2 })).toMatchObject({ readSeq: 2 });
      expect(await as(bob)('setTyping', { ...place, isTyping: true })).toBeNull();
      await as(bob)('deleteMessage', { ...place, messageId });
      for (const each of [gone, messageId])
        await expectCode('dm_not_allowed', () => as(bob)('restoreMessage', { ...place, messageId: each }));
      await unblock(ann, bob);
      await as(bob)('restoreMessage', { ...place, messageId });
    });

    it('tell neither typing nor reading, either way, and list nobody’s but one’s own', async () => {
      await block(ann, bob);
      const place = { memberOf: [conversationId], open: [conversationId] };
      const [toAnn, toBob] = [listenAs(open(), ann, place), listenAs(open(), bob, place)];
      for (const by of [ann, bob]) {
        await as(by)('setTyping', { conversationId, isTyping: true });
        await as(by)('markRead', { conversationId, seq: 3 });
        await as(by)('markDelivered', { conversationId, seq: 4 });
        const { items } = await as(by)('listReceipts', { conversationId });
        expect(items.map(({ userId }) => userId)).toEqual([by.userId]);
      }
      const heard = [...toAnn.signals, ...toBob.signals].map(({ kind }) => kind);
      expect(heard.filter((kind) => kind !== 'receipt.own')).toEqual([]);
      await expectCode('invalid_reference', () =>
        as(bob)('setTyping', { conversationId, isTyping: true, threadId: newMessageId() }),
      );
      await unblock(ann, bob);
      await as(bob)('setTyping', { conversationId, isTyping: true });
      expect(toAnn.signals).toContainEqual(expect.objectContaining({ kind: 'typing' }));
      expect((await as(ann)('listReceipts', { conversationId })).items).toHaveLength(2);
      toAnn.close();
      toBob.close();
    });

    it('are an entry of nobody’s, the same for both, and one only while any is left', async () => {
      await block(ann, bob);
      await block(bob, ann);
      await unblock(ann, bob);
      await expectCode('dm_not_allowed', () => send(ann, conversationId));
      await unblock(bob, ann);
      await send(ann, conversationId);
      const pages = await Promise.all([ann, bob].map((by) => changesAfter(by, conversationId, 3)));
      expect(pages[0]).toEqual(pages[1]);
      expect(pages[0]?.map(({ kind, actorId }) => [kind, actorId])).toEqual([
        ['members.updated', null],
        ['members.updated', null],
        ['message.created', ann.userId],
      ]);
    });

    it('come to open sockets as what the log says, nobody’s', async () => {
      const { subscriber, writes } = createListener(bob.userId);
      const { hub } = open().core;
      hub.record().admit(subscriber, new Map([[conversationId, 3]]));
      await block(ann, bob);
      const [told] = writes
        .flatMap(readFrames)
        .flatMap((frame) => (frame.type === 'event' ? [frame.event] : []));
      expect(told).toMatchObject({ kind: 'members.updated', seq: 4, actorId: null });
      expect([told]).toEqual(await changesAfter(bob, conversationId, 3));
      hub.disconnect(subscriber);
    });

    it('show both that they cannot write, and that they can again', async () => {
      const denied = async (by: Actor) =>
        (await as(by)('listMembers', { conversationId })).items.map(({ deny, rev }) => [deny, rev]);
      await block(bob, ann);
      for (const by of [ann, bob])
        expect(await denied(by)).toEqual([
          [deniedByBlock, 4],
          [deniedByBlock, 4],
        ]);
      await unblock(bob, ann);
      expect(await denied(ann)).toEqual([
        [0, 5],
        [0, 5],
      ]);
    });

    it('cannot be got around: nobody changes places in it, and it is found as before', async () => {
      await block(ann, bob);
      for (const by of [ann, bob])
        for (const userId of [ann.userId, bob.userId])
          for (const change of [{ deny: 0 }, { allow: 1 }, { role: 'owner' } as const])
            await expectCode('forbidden', () =>
              as(by)('updateMember', { conversationId, userId, ...change }),
            );
      for (const [by, other] of [
        [ann, bob],
        [bob, ann],
      ] as const)
        expect(await makeDirect(by, other)).toBe(conversationId);
      expect(await as(bob)('getConversation', { conversationId })).toMatchObject({ id: conversationId });
    });
  });

  it('keep a direct conversation from being made, either way, and leave nothing behind', async () => {
    await block(ann, bob);
    await expectCode('dm_not_allowed', () => makeDirect(ann, bob));
    await expectCode('dm_not_allowed', () => makeDirect(bob, ann));
    const id = directConversationId(ann.tenantId, ann.userId, bob.userId);
    const heads = 'select 1 from parley.conversation_heads where conversation_id = $1';
    expect(await open().query(heads, [id])).toEqual([]);
    await unblock(ann, bob);
    await send(bob, await makeDirect(bob, ann));
  });

  it('keep each from inviting the other to a group, and nobody else', async () => {
    const memberIds = [third.userId];
    const { id: conversationId } = await as(bob)('createConversation', { type: 'group', memberIds });
    await block(ann, bob);
    for (const [by, other] of [
      [ann, bob],
      [bob, ann],
    ] as const)
      await expectCode('dm_not_allowed', () =>
        as(by)('createConversation', { type: 'group', memberIds: [third.userId, other.userId] }),
      );
    await expectCode('dm_not_allowed', () =>
      as(bob)('addMembers', { conversationId, userIds: [ann.userId] }),
    );
    expect(await as(third)('listConversations', {})).toMatchObject({ items: [{ id: conversationId }] });
    await as(third)('addMembers', { conversationId, userIds: [ann.userId] });
    // In a group both have they speak as ever; who is a member already is not invited.
    await send(ann, conversationId);
    await send(bob, conversationId);
    await as(bob)('addMembers', { conversationId, userIds: [ann.userId] });
  });

  it('hide who blocked somebody from their search, and all but the name from their look; not the other way', async () => {
    for (const each of [ann, bob])
      await as(each)('updateMe', { bio: 'of myself', metadata: { color: 'blue' } });
    const [annsName, bobsName] = [
      (await as(ann)('getMe', {})).username,
      (await as(bob)('getMe', {})).username,
    ];
    const names = async (by: Actor, q: string) =>
      (await as(by)('searchUsers', { q })).items.map(({ username }) => username);
    await block(ann, bob);
    expect(await names(bob, annsName)).toEqual([]);
    expect(await names(third, annsName)).toEqual([annsName]);
    expect(await names(ann, bobsName)).toEqual([bobsName]);
    const seen = await as(bob)('getUser', { userId: ann.userId });
    expect(seen).toEqual({
      id: ann.userId,
      username: annsName,
      displayName: annsName,
      avatarUrl: null,
      rev: 2,
      bio: null,
      metadata: null,
    });
    const full = { bio: 'of myself', metadata: { color: 'blue' } };
    expect(await as(third)('getUser', { userId: ann.userId })).toMatchObject(full);
    expect(await as(ann)('getUser', { userId: bob.userId })).toMatchObject(full);
    await unblock(ann, bob);
    expect(await names(bob, annsName)).toEqual([annsName]);
    expect(await as(bob)('getUser', { userId: ann.userId })).toMatchObject(full);
  });
});
