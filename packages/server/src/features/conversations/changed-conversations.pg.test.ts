import type { ConversationId } from '@parley/protocol';
import { allRights, rights } from '@parley/protocol';
import { beforeEach, expect, it } from 'vitest';
import type { Actor } from '../../access/actor.js';
import { callAs } from '../../testing/callers.js';
import { describeEachEngine } from '../../testing/describe-each-engine.js';
import { expectCode } from '../../testing/expect-code.js';
import { readLogPage } from '../../testing/log-page.js';
import { readFrames } from '../../testing/read-frames.js';
import { newConversationId, newMessageId, seedUser } from '../../testing/seed.js';

describeEachEngine('changing conversations', (open) => {
  let ann: Actor;
  let bob: Actor;
  let conversationId: ConversationId;

  beforeEach(async () => {
    ann = await seedUser(open().database);
    bob = await seedUser(open().database);
    const memberIds = [bob.userId];
    conversationId = (await as(ann)('createConversation', { type: 'group', name: 'ours', memberIds })).id;
  });

  const as = (actor: Actor) => callAs(open(), actor);
  const get = (by = bob) => as(by)('getConversation', { conversationId });
  const send = (by: Actor) => as(by)('sendMessage', { conversationId, id: newMessageId(), content: 'hello' });
  const archive = (by = ann) => as(by)('archiveConversation', { conversationId });
  const remove = (by = ann, opId?: string) => as(by)('deleteConversation', { conversationId }, opId);

  it('a new one is active, shows all of its history and has the rights of a new group', async () => {
    expect(await get()).toMatchObject({
      state: 'active',
      avatarUrl: null,
      settings: { history: 'all', roleRights: { admin: allRights, owner: allRights } },
    });
  });

  it('what is given is changed, null takes a text away, and the rest stays', async () => {
    const avatarUrl = 'https://example.org/boat.png';
    const change = { name: 'yours', description: 'of boats', avatarUrl, metadata: { color: 'blue' } };
    const opId = newMessageId();
    expect(await as(ann)('updateConversation', { conversationId, ...change }, opId)).toEqual({ seq: 2 });
    expect(await as(ann)('updateConversation', { conversationId, name: 'again' }, opId)).toEqual({ seq: 2 });
    expect(await get()).toMatchObject({ ...change, rev: 2 });
    await as(ann)('updateConversation', { conversationId, name: null, metadata: null });
    expect(await get()).toMatchObject({ ...change, name: null, metadata: null, rev: 3 });
    expect(await as(ann)('updateConversation', { conversationId })).toEqual({ seq: 3 });
    const { items } = await readLogPage(as(bob), { conversationId, since: 2 });
    expect(items).toMatchObject([
      { kind: 'conversation.updated', actorId: ann.userId, data: { conversation: { name: null, rev: 3 } } },
    ]);
  });

  it('needs the right, and what roles may do needs the owner, who cannot lose it', async () => {
    await expectCode('forbidden', () => as(bob)('updateConversation', { conversationId, name: 'x' }));
    const member = rights.send | rights.update_conversation;
    await as(ann)('updateConversation', { conversationId, settings: { roleRights: { member } } });
    expect((await get()).settings.roleRights).toMatchObject({ member, admin: allRights, owner: allRights });
    expect(await as(bob)('updateConversation', { conversationId, name: 'of bob' })).toEqual({ seq: 3 });
    const settings = { roleRights: { member: allRights } };
    await expectCode('forbidden', () => as(bob)('updateConversation', { conversationId, settings }));
    const guest = await seedUser(open().database);
    await expectCode('forbidden', () => as(bob)('addMembers', { conversationId, userIds: [guest.userId] }));
  });

  it('an archived one is read and left and marked, not written, until it is opened again', async () => {
    const { seq } = await send(ann);
    await expectCode('forbidden', () => archive(bob));
    expect(await archive()).toEqual({ seq: 3 });
    expect(await archive()).toEqual({ seq: 3 });
    expect(await get()).toMatchObject({ state: 'archived', rev: 3 });
    const userIds = [(await seedUser(open().database)).userId];
    for (const write of [
      () => send(bob),
      () => as(ann)('updateConversation', { conversationId, name: 'x' }),
      () => as(ann)('addMembers', { conversationId, userIds }),
      () => as(ann)('updateMember', { conversationId, userId: bob.userId, role: 'admin' }),
      () => as(ann)('transferOwnership', { conversationId, userId: bob.userId }),
      () => as(ann)('banMember', { conversationId, userId: bob.userId }),
    ])
      await expectCode('conversation_archived', write);
    expect((await as(bob)('listMessages', { conversationId })).items).toHaveLength(1);
    expect(await as(bob)('markRead', { conversationId, seq })).toMatchObject({ readSeq: seq });
    expect(await as(bob)('leaveConversation', { conversationId })).toEqual({ seq: 4 });
    expect(await as(ann)('unarchiveConversation', { conversationId })).toEqual({ seq: 5 });
    expect(await as(ann)('unarchiveConversation', { conversationId })).toEqual({ seq: 5 });
    expect(await send(ann)).toMatchObject({ seq: 6 });
  });

  it('a deleted one is to everybody as if it had never been', async () => {
    await send(ann);
    const { since } = await as(bob)('sync', {});
    await expectCode('forbidden', () => remove(bob));
    const opId = newMessageId();
    expect([await remove(ann, opId), await remove(ann, opId)]).toEqual([{ seq: 3 }, { seq: 3 }]);
    const never = newConversationId();
    const errors: string[] = [];
    for (const by of [ann, bob])
      for (const id of [conversationId, never])
        for (const call of [
          () => as(by)('getConversation', { conversationId: id }),
          () => as(by)('listMessages', { conversationId: id }),
          () => as(by)('listChanges', { conversationId: id, since: 0 }),
          () => as(by)('sendMessage', { conversationId: id, id: newMessageId(), content: 'hello' }),
          () => as(by)('leaveConversation', { conversationId: id }),
          () => as(by)('deleteConversation', { conversationId: id }),
        ])
          errors.push(JSON.stringify((await expectCode('not_found', call)).toBody('r')));
    expect(new Set(errors).size).toBe(1);
    expect((await as(bob)('listConversations', {})).items).toEqual([]);
    expect(await as(bob)('sync', { since })).toMatchObject({ heads: [], gone: [conversationId] });
    await expectCode('id_conflict', () =>
      as(ann)('createConversation', { type: 'group', id: conversationId, memberIds: [] }),
    );
  });

  it('sockets are told of its deletion, and nothing afterwards', async () => {
    const { hub } = open().core;
    const told: string[] = [];
    const heads = new Map([[conversationId, 1]]);
    const socket = {
      userId: bob.userId,
      sessionId: bob.sessionId,
      writeEvents: (_id: ConversationId, frames: Buffer) => {
        for (const frame of readFrames(frames)) if (frame.type === 'event') told.push(frame.event.kind);
      },
      writeSignal: () => {},
      writeHeads: () => told.push('heads'),
      writeOwnHead: () => {},
      close: () => {},
    };
    hub.record().admit(socket, heads);
    await send(ann);
    await remove();
    expect(told).toEqual(['message.created', 'conversation.deleted']);
    expect([...hub.conversationIds()]).not.toContain(conversationId);
    hub.disconnect(socket);
  });
});
