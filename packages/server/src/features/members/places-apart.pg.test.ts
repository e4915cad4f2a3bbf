/** One person in several conversations: what happens to their place in one says nothing of the others, nor of the place they had there before. */
import { type ConversationId, rights } from '@parley/protocol';
import { beforeEach, expect, it } from 'vitest';
import type { Actor } from '../../access/actor.js';
import { callAs } from '../../testing/callers.js';
import { describeEachEngine } from '../../testing/describe-each-engine.js';
import { expectCode } from '../../testing/expect-code.js';
import { newMessageId, seedUser, seedUsers } from '../../testing/seed.js';

describeEachEngine('places in several conversations', (open) => {
  let ann: Actor;
  let bob: Actor;
  let here: ConversationId;
  let there: ConversationId;

  beforeEach(async () => {
    const [first, second] = await seedUsers(open().database, 2);
    if (first === undefined || second === undefined) throw new Error('two were made');
    [ann, bob] = [first, second];
    [here, there] = [await makeGroup(), await makeGroup()];
  });

  const as = (actor: Actor) => callAs(open(), actor);
  const makeGroup = async () =>
    (await as(ann)('createConversation', { type: 'group', name: 'ours', memberIds: [bob.userId] })).id;
  const placeOfBob = async (conversationId: ConversationId) =>
    (await as(ann)('listMembers', { conversationId })).items.find(({ userId }) => userId === bob.userId);
  const aboutBob = (conversationId: ConversationId) => ({ conversationId, userId: bob.userId });
  const addBob = (conversationId: ConversationId) =>
    as(ann)('addMembers', { conversationId, userIds: [bob.userId] });

  it('are changed in one conversation and in no other', async () => {
    const before = await placeOfBob(there);
    await as(ann)('updateMember', { ...aboutBob(here), role: 'admin', deny: rights.send });
    expect(await placeOfBob(here)).toMatchObject({ role: 'admin', deny: rights.send });
    expect(await placeOfBob(there)).toEqual(before);
    await as(ann)('removeMember', aboutBob(here));
    expect(await placeOfBob(here)).toBeUndefined();
    expect(await placeOfBob(there)).toEqual(before);
  });

  it('have bans of their own: one counts, is listed and is lifted where it stands alone', async () => {
    await as(ann)('banMember', aboutBob(here));
    await as(ann)('removeMember', aboutBob(there));
    expect((await as(ann)('listBans', { conversationId: there })).items).toEqual([]);
    await addBob(there);
    await as(ann)('unbanMember', aboutBob(there));
    await expectCode('banned', () => addBob(here));
  });

  it('are new when somebody comes back: nothing of what was allowed, denied and muted before', async () => {
    const change = { role: 'admin', allow: rights.ban, deny: rights.react } as const;
    await as(ann)('updateMember', { ...aboutBob(here), ...change, mutedUntil: '2099-01-01T00:00:00Z' });
    await as(ann)('removeMember', aboutBob(here));
    await addBob(here);
    expect(await placeOfBob(here)).toMatchObject({ role: 'member', allow: 0, deny: 0, mutedUntil: null });
  });

  it('of oneself go down and nowhere else: nothing of what one may, and no mute, changes on the way', async () => {
    await as(ann)('updateMember', { ...aboutBob(here), role: 'admin', deny: rights.react });
    const down = { ...aboutBob(here), role: 'member' } as const;
    for (const more of [{ allow: rights.ban }, { deny: 0 }, { mutedUntil: null }])
      await expectCode('rank_too_low', () => as(bob)('updateMember', { ...down, ...more }));
    expect(await placeOfBob(here)).toMatchObject({ role: 'admin', deny: rights.react });
    await as(bob)('updateMember', down);
    expect(await placeOfBob(here)).toMatchObject({ role: 'member', deny: rights.react });
  });

  it('stay as they are in an archived conversation, but for being left', async () => {
    await as(ann)('updateMember', { ...aboutBob(here), role: 'admin' });
    await as(ann)('archiveConversation', { conversationId: here });
    for (const actor of [ann, bob])
      await expectCode('conversation_archived', () =>
        as(actor)('updateMember', { ...aboutBob(here), role: 'member' }),
      );
    await as(bob)('leaveConversation', { conversationId: here });
  });

  it('need no right to be left and every right to be used: what is denied is refused, whatever the command', async () => {
    const messageId = newMessageId();
    await as(bob)('sendMessage', { conversationId: here, id: messageId, content: 'before' });
    const deny = Object.values(rights).reduce((all, bit) => all | bit, 0);
    await as(ann)('updateMember', { ...aboutBob(here), deny });
    const of = { conversationId: here };
    const attempts = [
      () => as(bob)('sendMessage', { ...of, id: newMessageId(), content: 'x' }),
      () => as(bob)('sendMessage', { ...of, id: newMessageId(), content: 'x', replyToId: messageId }),
      () => as(bob)('sendMessage', { ...of, id: newMessageId(), content: 'x', threadId: messageId }),
      () => as(bob)('editMessage', { ...of, messageId, content: 'x' }),
      () => as(bob)('deleteMessage', { ...of, messageId }),
      () => as(bob)('addReaction', { ...of, messageId, emoji: ':ship:' }),
      () => as(bob)('removeReaction', { ...of, messageId, emoji: ':ship:' }),
      () => as(bob)('addMembers', { ...of, userIds: [ann.userId] }),
      () => as(bob)('setTyping', { ...of, isTyping: true }),
    ];
    for (const attempt of attempts) await expectCode('forbidden', attempt);
    await as(bob)('leaveConversation', of);
  });

  it('give nothing in a conversation one is not in, be one the owner of another', async () => {
    const memberIds = [bob.userId];
    const cid = await seedUser(open().database);
    await as(cid)('createConversation', { type: 'group', name: 'of cid', memberIds });
    const of = { conversationId: here };
    const attempts = [
      () => as(cid)('getConversation', of),
      () => as(cid)('listMembers', of),
      () => as(cid)('listMessages', of),
      () => as(cid)('updateConversation', { ...of, name: 'of cid' }),
      () => as(cid)('archiveConversation', of),
      () => as(cid)('addMembers', { ...of, userIds: [cid.userId] }),
      () => as(cid)('removeMember', aboutBob(here)),
      () => as(cid)('updateMember', { ...aboutBob(here), role: 'admin' }),
      () => as(cid)('banMember', aboutBob(here)),
      () => as(cid)('leaveConversation', of),
      () => as(cid)('sendMessage', { ...of, id: newMessageId(), content: 'x' }),
    ];
    for (const attempt of attempts) await expectCode('not_found', attempt);
    expect(await placeOfBob(here)).toMatchObject({ role: 'member' });
  });

  it('show people to each other as long as both are there', async () => {
    await open().query('update parley.users set last_seen_at = now()');
    const lastSeen = async (who: Actor, of: Actor) =>
      (await as(who)('listPresence', { ids: of.userId })).items[0]?.lastSeenAt;
    expect(await lastSeen(ann, bob)).not.toBeNull();
    await as(bob)('leaveConversation', { conversationId: here });
    expect(await lastSeen(ann, bob)).not.toBeNull();
    await as(bob)('leaveConversation', { conversationId: there });
    expect([await lastSeen(ann, bob), await lastSeen(bob, ann)]).toEqual([null, null]);
  });

  it('are nothing for people of another tenant, on whatever road they would come', async () => {
    // A UUID of a test.
    const foreigner = await seedUser(
      open().database,
      '00000000-0000-4000-8000-0000000000dd' as Actor['tenantId'],
    );
    const memberIds = [foreigner.userId];
    for (const type of ['direct', 'group'] as const)
      await expectCode('invalid_reference', () => as(ann)('createConversation', { type, memberIds }));
    await expectCode('invalid_reference', () =>
      as(ann)('addMembers', { conversationId: here, userIds: memberIds }),
    );
    await expectCode('not_found', () =>
      as(ann)('banMember', { conversationId: here, userId: foreigner.userId }),
    );
  });
});
