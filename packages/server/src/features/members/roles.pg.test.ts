import type { ConversationId, Input, Role } from '@parley/protocol';
import { rights } from '@parley/protocol';
import { beforeEach, expect, it } from 'vitest';
import type { Actor } from '../../access/actor.js';
import { callAs } from '../../testing/callers.js';
import { describeEachEngine } from '../../testing/describe-each-engine.js';
import { expectCode } from '../../testing/expect-code.js';
import { readLogPage } from '../../testing/log-page.js';
import { newMessageId, newUserId, seedUser } from '../../testing/seed.js';

describeEachEngine('roles, bans and leaving', (open) => {
  let ann: Actor;
  let bob: Actor;
  let cid: Actor;
  let conversationId: ConversationId;

  beforeEach(async () => {
    [ann, bob, cid] = [
      await seedUser(open().database),
      await seedUser(open().database),
      await seedUser(open().database),
    ];
    const memberIds = [bob.userId, cid.userId];
    conversationId = (await as(ann)('createConversation', { type: 'group', name: 'ours', memberIds })).id;
  });

  const as = (actor: Actor) => callAs(open(), actor);
  const update = (
    by: Actor,
    { userId }: Actor,
    change: Omit<Input<'updateMember'>, 'conversationId' | 'userId'>,
  ) => as(by)('updateMember', { conversationId, userId, ...change });
  const send = (by: Actor) => as(by)('sendMessage', { conversationId, id: newMessageId(), content: 'hello' });
  const leave = (by: Actor) => as(by)('leaveConversation', { conversationId });
  const ban = (by: Actor, { userId }: Actor, until?: string) =>
    as(by)('banMember', { conversationId, userId, ...(until === undefined ? {} : { until }) });
  const unban = (by: Actor, { userId }: Actor) => as(by)('unbanMember', { conversationId, userId });
  const add = (by: Actor, { userId }: Actor) => as(by)('addMembers', { conversationId, userIds: [userId] });
  const rolesNow = async (): Promise<Record<string, Role>> => {
    const { items } = await as(ann)('listMembers', { conversationId });
    return Object.fromEntries(items.map(({ userId, role }) => [userId, role]));
  };

  it('a role is given by one entry, which says what the list says', async () => {
    const opId = newMessageId();
    const input = { conversationId, userId: bob.userId, role: 'admin' as const };
    expect(await as(ann)('updateMember', input, opId)).toEqual({ seq: 2 });
    expect(await as(ann)('updateMember', input, opId)).toEqual({ seq: 2 });
    const { items } = await as(cid)('listMembers', { conversationId, role: 'admin' });
    expect(items).toMatchObject([{ userId: bob.userId, role: 'admin', rev: 2 }]);
    const page = await readLogPage(as(cid), { conversationId, since: 1 });
    expect(page.items).toMatchObject([{ kind: 'members.updated', data: { members: items } }]);
  });

  it('nobody acts on their equals or betters, raises themselves, or gives more than they have', async () => {
    await update(ann, bob, { role: 'admin' });
    await expectCode('rank_too_low', () => update(bob, ann, { role: 'member' }));
    await expectCode('rank_too_low', () => update(bob, bob, { role: 'owner' }));
    await expectCode('rank_too_low', () => update(bob, bob, { allow: rights.ban }));
    await expectCode('rank_too_low', () => update(bob, cid, { role: 'owner' }));
    await update(ann, bob, { deny: rights.update_conversation });
    await expectCode('forbidden', () => update(bob, cid, { allow: rights.update_conversation }));
    await expectCode('forbidden', () => update(cid, bob, { role: 'member' }));
    await expectCode('not_found', () => update(bob, { ...cid, userId: newUserId() }, { role: 'member' }));
    expect(await update(bob, cid, { role: 'admin' })).toEqual({ seq: 4 });
    await expectCode('rank_too_low', () => update(bob, cid, { role: 'member' }));
  });

  it('what is allowed or denied to one holds at once, and lifting a denial is giving', async () => {
    await update(ann, cid, { allow: rights.update_conversation, deny: rights.send });
    await expectCode('forbidden', () => send(cid));
    expect(await as(cid)('updateConversation', { conversationId, name: 'of cid' })).toEqual({ seq: 3 });
    await update(ann, bob, { role: 'admin', deny: rights.send });
    await expectCode('forbidden', () => update(bob, cid, { deny: 0 }));
    await update(ann, cid, { deny: 0 });
    expect(await send(cid)).toMatchObject({ seq: 6 });
  });

  it('a moderator mutes but gives no roles; who is muted reads, and speaks when it is over', async () => {
    await update(ann, bob, { role: 'moderator' });
    await expectCode('forbidden', () => update(bob, cid, { role: 'moderator' }));
    await expectCode('forbidden', () => update(bob, cid, { mutedUntil: null, allow: rights.send }));
    await update(bob, cid, { mutedUntil: '2100-01-01T00:00:00+01:00' });
    const plain = await expectCode('muted', () => send(cid));
    const messageId = newMessageId();
    const edit = await expectCode('muted', () =>
      as(cid)('editMessage', { conversationId, messageId, content: 'x' }),
    );
    // As long as the wire can say: 24 days.
    expect([plain.retryAfterMs, edit.retryAfterMs]).toEqual([2147483647, 2147483647]);
    const { items } = await as(cid)('listMembers', { conversationId, role: 'member' });
    expect(items).toMatchObject([{ mutedUntil: '2099-12-31T23:00:00.000000Z' }]);
    await update(bob, cid, { mutedUntil: '2020-01-01T00:00:00Z' });
    expect(await send(cid)).toMatchObject({ seq: 5 });
  });

  it('the last owner cannot vanish by any road, also when two owners go at once', async () => {
    await expectCode('last_owner', () => leave(ann));
    await expectCode('last_owner', () => as(ann)('removeMember', { conversationId, userId: ann.userId }));
    await expectCode('last_owner', () => update(ann, ann, { role: 'member' }));
    await expectCode('rank_too_low', () => ban(ann, ann));
    await update(ann, bob, { role: 'owner' });
    await expectCode('rank_too_low', () => ban(ann, bob));
    await expectCode('rank_too_low', () => as(ann)('removeMember', { conversationId, userId: bob.userId }));
    const gone = await Promise.allSettled([leave(ann), leave(bob)]);
    expect(gone.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const { items } = await as(cid)('listMembers', { conversationId, role: 'owner' });
    expect(items).toHaveLength(1);
  });

  it('ownership goes to another member in one entry, and only from an owner', async () => {
    await expectCode('forbidden', () => as(bob)('transferOwnership', { conversationId, userId: bob.userId }));
    await expectCode('not_found', () =>
      as(ann)('transferOwnership', { conversationId, userId: newUserId() }),
    );
    await expectCode('forbidden', () => as(ann)('transferOwnership', { conversationId, userId: ann.userId }));
    await update(ann, bob, { role: 'admin' });
    await expectCode('forbidden', () => as(bob)('transferOwnership', { conversationId, userId: cid.userId }));
    expect(await as(ann)('transferOwnership', { conversationId, userId: cid.userId })).toEqual({ seq: 3 });
    expect(await rolesNow()).toEqual({
      [ann.userId]: 'admin',
      [bob.userId]: 'admin',
      [cid.userId]: 'owner',
    });
    expect(await leave(ann)).toEqual({ seq: 4 });
  });

  it('who left may leave again and is told the same; who was removed finds nothing', async () => {
    expect([await leave(bob), await leave(bob)]).toEqual([{ seq: 2 }, { seq: 2 }]);
    await as(ann)('removeMember', { conversationId, userId: cid.userId });
    await expectCode('not_found', () => leave(cid));
    await expectCode('not_found', async () => leave(await seedUser(open().database)));
    expect(await leave(ann)).toEqual({ seq: 4 });
    await expectCode('not_found', () => send(ann));
  });

  it('entries say how people went, as far as they have not come back', async () => {
    await leave(bob);
    await ban(ann, cid);
    const reasons = async () =>
      (await readLogPage(as(ann), { conversationId, since: 1 })).items.map(
        ({ kind, data }) => `${kind} ${(data as { reason?: string }).reason}`,
      );
    expect(await reasons()).toEqual(['members.removed left', 'members.removed banned']);
    await unban(ann, cid);
    await add(ann, cid);
    expect(await reasons()).toEqual([
      'members.removed left',
      'members.removed removed',
      'members.added undefined',
    ]);
  });

  it('a ban takes a member out and keeps them out until it is lifted or over', async () => {
    expect(await ban(ann, cid)).toEqual({ seq: 2 });
    await expectCode('not_found', () => as(cid)('listMessages', { conversationId }));
    await expectCode('banned', () => add(ann, cid));
    await expectCode('forbidden', () => unban(bob, cid));
    await unban(ann, cid);
    expect(await add(ann, cid)).toEqual({ seq: 3 });
    await ban(ann, cid, '2020-01-01T00:00:00Z');
    expect((await as(ann)('listBans', { conversationId })).items).toEqual([]);
    expect(await add(ann, cid)).toEqual({ seq: 5 });
  });

  it('who never was a member is banned without an entry, and listed for those who may ban', async () => {
    const dan = await seedUser(open().database);
    expect(await ban(ann, dan, '2100-01-01T00:00:00Z')).toEqual({ seq: 1 });
    await expectCode('banned', () => add(bob, dan));
    await expectCode('forbidden', () => ban(bob, dan));
    await expectCode('not_found', () => ban(ann, { ...dan, userId: newUserId() }));
    await expectCode('forbidden', () => as(bob)('listBans', { conversationId }));
    await expectCode('not_found', () => as(dan)('listBans', { conversationId }));
    await ban(ann, cid);
    const first = await as(ann)('listBans', { conversationId, limit: 1 });
    expect(first.items).toMatchObject([{ userId: cid.userId, bannedBy: ann.userId, until: null }]);
    const cursor = first.nextCursor ?? '';
    const second = await as(ann)('listBans', { conversationId, limit: 1, cursor });
    expect(second.items).toMatchObject([{ userId: dan.userId, until: '2100-01-01T00:00:00.000000Z' }]);
    expect(second.nextCursor).toBeUndefined();
    expect((await as(dan)('sync', {})).heads).toEqual([]);
  });

  it('of a direct conversation none of it is possible', async () => {
    const { id } = await as(ann)('createConversation', { type: 'direct', memberIds: [bob.userId] });
    const input = { conversationId: id, userId: bob.userId };
    await expectCode('forbidden', () => as(ann)('updateMember', { ...input, role: 'owner' }));
    await expectCode('forbidden', () =>
      as(ann)('updateMember', { ...input, userId: ann.userId, role: 'member' }),
    );
    await expectCode('forbidden', () => as(ann)('transferOwnership', input));
    await expectCode('forbidden', () => as(ann)('banMember', input));
    await expectCode('forbidden', () => as(ann)('unbanMember', input));
    await expectCode('forbidden', () => as(ann)('leaveConversation', { conversationId: id }));
    await expectCode('forbidden', () => as(ann)('updateConversation', { conversationId: id, name: 'x' }));
    await expectCode('forbidden', () => as(ann)('archiveConversation', { conversationId: id }));
    await expectCode('forbidden', () => as(ann)('deleteConversation', { conversationId: id }));
  });
});
